// Fields that the normalizer and `opencode import` depend on: ids, types, states. Their values disclose nothing.
const STRUCTURAL_FIELDS = new Set(
  "id sessionID messageID parentID callID projectID providerID modelID type role status mime slug snapshot hash version mode agent finish reason".split(
    " ",
  ),
)
const plain = /^[\w.:/+-]{1,80}$/

/** Whether a text is part of the record's structure, by the name of its field. */
const isStructural = (name: string | undefined, text: string) =>
  name !== undefined && STRUCTURAL_FIELDS.has(name) && plain.test(text)

/**
 * Calls `visit` with every string of a JSON value, including keys, and its name: its own key, the name in its
 * name-value pair (`{name: "API_KEY", value: "…"}`), or the option before it (`["--password", "…"]`).
 */
export function forEachString(value: unknown, visit: (text: string, name: string | undefined) => void): void {
  mapStrings(value, (text, name) => {
    visit(text, name)
    return text
  })
}

/** Maximum nesting depth, deeper than any session; deeper values are dropped. */
const MAX_DEPTH = 200

/** Maps every string of a JSON value, including keys. Unchanged values are not copied. */
export function mapStrings(
  value: unknown,
  change: (text: string, name: string | undefined) => string,
  name?: string,
  depth = 0,
): unknown {
  if (typeof value === "string") return isStructural(name, value) ? value : change(value, name)
  if (typeof value !== "object" || value === null) return value
  if (depth === MAX_DEPTH) return "(nested too deeply)"
  if (Array.isArray(value)) {
    let changed: unknown[] | undefined
    for (let at = 0; at < value.length; at++) {
      const other = mapStrings(value[at], change, optionBefore(value, at) ?? name, depth + 1)
      if (other !== value[at]) changed ??= value.slice()
      if (changed) changed[at] = other
    }
    return changed ?? value
  }
  const keys = Object.keys(value)
  const pair = keys.length <= 6 ? pairName(value as Record<string, unknown>) : undefined
  let entries: [string, unknown][] | undefined
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at]!
    const old = (value as Record<string, unknown>)[key]
    const newKey = key.length < 6 ? key : change(key, undefined)
    const other = mapStrings(old, change, key === "value" && pair !== undefined ? pair : key, depth + 1)
    if (newKey !== key || other !== old) entries ??= Object.entries(value)
    if (entries) entries[at] = [newKey, other]
  }
  return entries ? Object.fromEntries(entries) : value
}

/** Name of the option before an argument. */
function optionBefore(list: unknown[], at: number): string | undefined {
  const before = list[at - 1]
  return typeof before === "string" && before.startsWith("-")
    ? /^--?([A-Za-z][\w-]{2,40})$/.exec(before)?.[1]
    : undefined
}

function pairName(value: Record<string, unknown>): string | undefined {
  const { name, key, header } = value
  if (typeof value["value"] !== "string") return undefined
  return [name, key, header].find((text): text is string => typeof text === "string" && /^[\w.-]{1,80}$/.test(text))
}
