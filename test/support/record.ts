import type { SessionRecord } from "../../src/session/source.ts"

interface Exported {
  info?: unknown
  messages?: unknown[]
  children?: Exported[]
}

/** A record over values, as a source would give it. */
export function recordOf({ info = { id: "ses_1" }, messages = [], children = [] }: Exported): SessionRecord {
  return {
    info,
    async *messages() {
      yield* messages
    },
    children: children.map(recordOf),
  }
}

/** A record read whole, in the shape of an export. */
export async function exportedOf(record: SessionRecord): Promise<Required<Exported>> {
  const children: Exported[] = []
  for (const child of record.children) children.push(await exportedOf(child))
  return { info: record.info, messages: await all(record.messages()), children }
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}
