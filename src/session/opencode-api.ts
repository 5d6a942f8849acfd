import { ShareError } from "../errors.ts"
import { usableID } from "./ids.ts"
import { sessionNotFound } from "./opencode-cli.ts"
import { MAX_SUBAGENT_DEPTH } from "./parse-export.ts"
import { fields, list, text } from "./read-json.ts"
import type { SessionPrefix, SessionRecord, SessionSource } from "./source.ts"

/** Requests a path (`/session/ses_…`) from the HTTP API of a running OpenCode. */
export type RequestOpencode = (path: string) => Promise<Response>

/** Messages per request: OpenCode serializes them as one JSON text and is blocked meanwhile. */
const PAGE_MESSAGE_COUNT = 20

/** State of an earlier read of a session's unchanged first messages. */
export interface PreviousRead {
  prefix: SessionPrefix
  /** Id of the last of these messages. */
  lastID: string
  /** Cached messages by position from 0. */
  cached: ReadonlyMap<number, unknown>
  /** Ids of messages that have changed since. If one of them is among the first messages, everything is read again. */
  changed: readonly string[]
}

export interface OpencodeSession extends SessionSource {
  /** Returns the messages at these positions (from 0), once they have been read. */
  at(positions: readonly number[]): Map<number, unknown>
}

/**
 * Source that reads a session and its subagent sessions through the HTTP API of a running OpenCode. Messages are
 * fetched in pages from the newest back, and cached; after an earlier read, only the necessary ones. Reading throws
 * `session-not-found`, and `bad-input` for any other error response.
 */
export function opencodeSession(id: string, ask: RequestOpencode, before?: PreviousRead): OpencodeSession {
  let read: Messages | undefined
  return {
    label: `session ${id}`,
    async read(use) {
      read = await readMessages(id, ask, before)
      return use(await readSession(id, ask, MAX_SUBAGENT_DEPTH, read))
    },
    at: (positions) => new Map(positions.map((position) => [position, read?.at(position)])),
  }
}

async function readSession(
  id: string,
  ask: RequestOpencode,
  depth: number,
  messages: Messages,
): Promise<SessionRecord> {
  const info = await requestJson(id, ask, `/session/${id}`)
  const children: SessionRecord[] = []
  if (depth > 0)
    for (const child of list((await requestJson(id, ask, `/session/${id}/children`)).body)) {
      const childID = usableID(fields(child)["id"])
      if (childID !== undefined)
        children.push(await readSession(childID, ask, depth - 1, await readMessages(childID, ask)))
    }
  children.sort((a, b) => createdOf(a) - createdOf(b))
  return {
    info: info.body,
    messages: () => messages.from(0),
    partial: { messagesFrom: messages.from, ...(messages.prefix && { prefix: messages.prefix }) },
    children,
  }
}

/** Messages of a session, fetched on demand. */
interface Messages {
  prefix: SessionPrefix | undefined
  from(position: number): AsyncGenerator<unknown>
  at(position: number): unknown
}

/** Fetches all messages of a session, or those after the known first messages, and the others on demand. */
async function readMessages(id: string, ask: RequestOpencode, before?: PreviousRead): Promise<Messages> {
  const fetched = fetchBackwards(id, ask)
  const after = before && (await fetched.after(before.lastID))
  const ids = new Set(after?.map(idOf))
  const appended = before?.changed.every((id) => ids.has(id)) ? after : undefined
  let all = appended ? undefined : await fetched.all()
  const start = before?.prefix.messages ?? 0
  return {
    prefix: appended && before?.prefix,
    async *from(position) {
      if (appended && position >= start) return yield* appended.slice(position - start)
      if (appended && before?.cached.has(position)) yield before.cached.get(position++)
      all ??= await fetched.all()
      yield* all.slice(position)
    },
    at: (position) =>
      all?.[position] ?? (position < start ? before?.cached.get(position) : appended?.[position - start]),
  }
}

/** Fetches pages of messages from the newest back, each once. */
function fetchBackwards(id: string, ask: RequestOpencode) {
  const pages: (readonly unknown[])[] = []
  let before: string | undefined = ""
  async function fetchPage(): Promise<readonly unknown[]> {
    const cursor = before ? `&before=${encodeURIComponent(before)}` : ""
    const { body, headers } = await requestJson(id, ask, `/session/${id}/message?limit=${PAGE_MESSAGE_COUNT}${cursor}`)
    const page = list(body)
    before = page.length > 0 ? (headers.get("x-next-cursor") ?? undefined) : undefined
    pages.push(page)
    return page
  }
  const fetched = () => pages.toReversed().flat()
  return {
    /** Messages after `last`; undefined if there is no such message. */
    async after(last: string): Promise<unknown[] | undefined> {
      while (before !== undefined) {
        const at = (await fetchPage()).findIndex((message) => idOf(message) === last)
        if (at >= 0) return fetched().slice(at + 1)
      }
      return undefined
    },
    async all(): Promise<unknown[]> {
      while (before !== undefined) await fetchPage()
      return fetched()
    },
  }
}

const idOf = (message: unknown) => text(fields(fields(message)["info"])["id"])

async function requestJson(
  id: string,
  ask: RequestOpencode,
  path: string,
): Promise<{ body: unknown; headers: Headers }> {
  const response = await ask(path)
  if (response.status === 404) throw sessionNotFound(id)
  const body: unknown = await response.json().catch(() => undefined)
  if (response.ok && body !== undefined) return { body, headers: response.headers }
  throw new ShareError("bad-input", `OpenCode did not return session ${id} (HTTP status ${response.status}).`, {
    hint: "Share it from the command line: opencode-bucket share <session id>.",
  })
}

const createdOf = ({ info }: SessionRecord) => Number(fields(fields(info)["time"])["created"]) || 0
