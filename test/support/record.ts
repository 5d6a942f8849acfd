import type { SessionRecord } from "../../src/session/source.ts"

interface SessionExport {
  info?: unknown
  messages?: unknown[]
  children?: SessionExport[]
}

/** A record over plain values, as a source returns it. */
export function recordOf({ info = { id: "ses_1" }, messages = [], children = [] }: SessionExport): SessionRecord {
  return {
    info,
    async *messages() {
      yield* messages
    },
    children: children.map(recordOf),
  }
}

/** A whole record in the format of an export. */
export async function exportedOf(record: SessionRecord): Promise<Required<SessionExport>> {
  const children: SessionExport[] = []
  for (const child of record.children) children.push(await exportedOf(child))
  return { info: record.info, messages: await all(record.messages()), children }
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}
