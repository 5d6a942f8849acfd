/** No session of OpenCode nests deeper, and what does overflows the stack of everything that walks through it. */
const DEEPEST = 200

/** The value itself; or, where it nests deeper than 200 levels, a copy with a note in place of what is below. */
export const shallow = (value: unknown): unknown => (isDeeper(value, DEEPEST) ? cut(value, DEEPEST) : value)

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false
  if (levels === 0) return true
  for (const key in value) if (isDeeper((value as Record<string, unknown>)[key], levels - 1)) return true
  return false
}

function cut(value: unknown, levels: number): unknown {
  if (typeof value !== "object" || value === null) return value
  if (levels === 0) return "(nested too deeply)"
  if (Array.isArray(value)) return value.map((item) => cut(item, levels - 1))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cut(item, levels - 1)]))
}
