import { ShareError } from "../errors.ts"
import { usableID } from "./ids.ts"
import { noSession } from "./opencode-cli.ts"
import { deepest } from "./parse-export.ts"
import { fields, list } from "./read-json.ts"
import type { SessionRecord, SessionSource } from "./source.ts"

/** Asks a running OpenCode: `path` begins with a slash (`/session/ses_…`). Its server's own HTTP API. */
export type AskOpencode = (path: string) => Promise<Response>

/** Messages asked for at once: OpenCode writes them as one JSON text, and is held while it does. */
const AT_ONCE = 20

/**
 * A session of a running OpenCode, by its API, with subagents' sessions. Messages are fetched in pages, from the newest
 * back, and kept. Reading throws `session-not-found`, and `bad-input` when OpenCode answers with something else.
 */
export function opencodeSession(id: string, ask: AskOpencode): SessionSource {
  return { label: `session ${id}`, read: async (use) => use(await readSession(id, ask, deepest)) }
}

async function readSession(id: string, ask: AskOpencode, depth: number): Promise<SessionRecord> {
  const info = await answer(id, ask, `/session/${id}`)
  const messages = await messagesOf(id, ask)
  const children: SessionRecord[] = []
  if (depth > 0)
    for (const child of list((await answer(id, ask, `/session/${id}/children`)).body)) {
      const childID = usableID(fields(child)["id"])
      if (childID !== undefined) children.push(await readSession(childID, ask, depth - 1))
    }
  children.sort((a, b) => createdOf(a) - createdOf(b))
  return {
    info: info.body,
    async *messages() {
      yield* messages
    },
    async *rest(from) {
      yield* messages.slice(from)
    },
    children,
  }
}

async function messagesOf(id: string, ask: AskOpencode): Promise<unknown[]> {
  const pages: (readonly unknown[])[] = []
  let before: string | null = ""
  do {
    const cursor: string = before ? `&before=${encodeURIComponent(before)}` : ""
    const { body, headers } = await answer(id, ask, `/session/${id}/message?limit=${AT_ONCE}${cursor}`)
    pages.push(list(body))
    before = headers.get("x-next-cursor")
  } while (before && pages.at(-1)!.length > 0)
  return pages.reverse().flat()
}

async function answer(id: string, ask: AskOpencode, path: string): Promise<{ body: unknown; headers: Headers }> {
  const response = await ask(path)
  if (response.status === 404) throw noSession(id)
  const body: unknown = await response.json().catch(() => undefined)
  if (response.ok && body !== undefined) return { body, headers: response.headers }
  throw new ShareError("bad-input", `OpenCode does not give session ${id}: it answers ${response.status}.`, {
    hint: "Share it from the command line: opencode-bucket share <session id>.",
  })
}

const createdOf = ({ info }: SessionRecord) => Number(fields(fields(info)["time"])["created"]) || 0
