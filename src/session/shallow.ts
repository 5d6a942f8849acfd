import type { SessionRecord } from "./source.ts"

/** No session of OpenCode nests deeper, and what does overflows the stack of everything that walks through it. */
const DEEPEST = 200

/** A session in which nothing nests deeper than 200 levels: a note stands in place of what is below. The rest is as it was. */
export const shallow = (record: SessionRecord): SessionRecord => ({
  info: bounded(record.info),
  async *messages() {
    for await (const message of record.messages()) yield bounded(message)
  },
  children: record.children.map(shallow),
})

const bounded = (value: unknown): unknown => (isDeeper(value, DEEPEST) ? cut(value, DEEPEST) : value)

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false
  if (levels === 0) return true
  for (const item of Array.isArray(value) ? value : Object.values(value)) if (isDeeper(item, levels - 1)) return true
  return false
}

function cut(value: unknown, levels: number): unknown {
  if (typeof value !== "object" || value === null) return value
  if (levels === 0) return "(nested too deeply)"
  if (Array.isArray(value)) return value.map((item) => cut(item, levels - 1))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cut(item, levels - 1)]))
}
