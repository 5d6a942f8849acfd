import { ShareError } from "../../errors.ts"
import { usableID } from "../../session/ids.ts"
import { fields, list, optionalText, type UnknownFields } from "../../session/read-json.ts"
import type { MessageQuery, TuiContextV2 } from "./tui-context.ts"

/** Messages per request. */
const PAGE_MESSAGE_COUNT = 200
const MAX_DEPTH = 32

/**
 * Reads a session and its subagents' through the client of the terminal, which may be attached to a server on another
 * machine. Resolves to its JSON, in the form of an export with `children`. Throws `session-not-found`, also if this
 * version of OpenCode has no such client.
 */
export async function readThroughClient(sessionID: string, client: TuiContextV2["client"]): Promise<string> {
  const { session, message } = client ?? {}
  if (!session?.get || !message?.list)
    throw new ShareError(
      "session-not-found",
      `Session ${sessionID} is not on this machine, and this version of OpenCode does not give it out.`,
      {
        hint: "Share it on the machine where the server runs: opencode-bucket share <session id>.",
      },
    )
  const get = (id: string) => session.get!({ sessionID: id })
  const page = (query: MessageQuery) => message.list!(query)
  try {
    return JSON.stringify(await readTree(sessionID, { get, page, seen: new Set() }, MAX_DEPTH))
  } catch (cause) {
    throw new ShareError(
      "session-not-found",
      `OpenCode did not return session ${sessionID}: ${(cause as Error)?.message ?? cause}`,
      {
        hint: "Share it on the machine where the server runs: opencode-bucket share <session id>.",
        cause,
      },
    )
  }
}

interface SessionReader {
  get(id: string): Promise<unknown>
  page(query: MessageQuery): Promise<unknown>
  seen: Set<string>
}

async function readTree(id: string, reader: SessionReader, depth: number): Promise<UnknownFields> {
  reader.seen.add(id)
  const answer = fields(await reader.get(id))
  const info = "data" in answer ? answer["data"] : answer
  const messages = await readMessages(id, reader)
  const children: UnknownFields[] = []
  for (const child of new Set(messages.flatMap(subagentIDs)))
    if (depth > 0 && !reader.seen.has(child)) children.push(await readTree(child, reader, depth - 1))
  return { info, messages, children }
}

async function readMessages(sessionID: string, { page }: SessionReader): Promise<UnknownFields[]> {
  const messages: UnknownFields[] = []
  for (let cursor: string | undefined; ; ) {
    const query = { sessionID, limit: PAGE_MESSAGE_COUNT, ...(cursor ? { cursor } : { order: "asc" as const }) }
    const answer = await page(query as MessageQuery)
    const found = list(Array.isArray(answer) ? answer : fields(answer)["data"]).map(fields)
    messages.push(...found)
    cursor = optionalText(fields(fields(answer)["cursor"])["next"])
    if (cursor === undefined || found.length === 0) return messages
  }
}

const subagentIDs = (message: UnknownFields): string[] =>
  list(message["content"]).flatMap((part) => {
    const metadata = fields(fields(fields(part)["state"])["metadata"])
    return usableID(metadata["sessionID"] ?? metadata["sessionId"]) ?? []
  })
