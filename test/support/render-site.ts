import { site } from "../../src/render/site.ts"
import type { SiteFile } from "../../src/render/site-file.ts"
import { normalizeSession } from "../../src/session/normalize.ts"
import { recordOf } from "./record.ts"

export type Exported = Parameters<typeof recordOf>[0]

/** The files of a session's share, in the order they come, not yet drawn. */
export async function filesOf(session: Exported): Promise<SiteFile[]> {
  const files: SiteFile[] = []
  for await (const file of site(normalizeSession(recordOf(session)), { id: "share-id", version: "1.0.0" }))
    files.push(file)
  return files
}

/** The same with their contents, by path. */
export async function drawn(session: Exported): Promise<Map<string, string>> {
  const contents = new Map<string, string>()
  for (const file of await filesOf(session)) contents.set(file.path, Buffer.from(await file.render()).toString())
  return contents
}

let made = 0
const part = (fields: object) => ({ id: `prt_${++made}`, ...fields })

export const asked = (text: string, ...more: object[]) => ({
  info: { id: `msg_${++made}`, role: "user", time: { created: 1_795_000_000_000 + made * 1000 } },
  parts: [part({ type: "text", text }), ...more.map(part)],
})

export const answered = (...parts: object[]) => ({
  info: { id: `msg_${++made}`, role: "assistant", time: { created: 1_795_000_000_000 + made * 1000 } },
  parts: parts.map(part),
})

/** A tool call that has ended well unless `state` says otherwise. */
export const called = (tool: string, state: object) => ({
  type: "tool",
  tool,
  callID: "call",
  state: { status: "completed", title: "", output: "", metadata: {}, time: { start: 1, end: 2 }, ...state },
})

export const session = (...messages: object[]): Exported => ({ info: { id: "ses_1", title: "A session" }, messages })
