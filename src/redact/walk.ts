// What the normalizer and `opencode import` go by: an id, a kind, a state. Its values say nothing.
const structural = new Set(
  "id sessionID messageID parentID callID projectID providerID modelID type role status mime slug snapshot hash version mode agent finish reason".split(
    " ",
  ),
)
const plain = /^[\w.:/+-]{1,80}$/

/** Whether a text is part of the record's structure, by the name it has in it. */
const isStructural = (name: string | undefined, text: string) =>
  name !== undefined && structural.has(name) && plain.test(text)

/**
 * Calls `visit` with every text of a JSON value, names included, and what it is called there: its own name, that of the
 * pair that it is the value of (`{name: "API_KEY", value: "…"}`), or the option in front of it (`["--password", "…"]`).
 */
export function eachText(value: unknown, visit: (text: string, name: string | undefined) => void): void {
  mapTexts(value, (text, name) => {
    visit(text, name)
    return text
  })
}

/** What nests deeper than any session is not walked through, and so does not come out. */
const DEEPEST = 250

/** The same JSON value with every text, names included, as `change` makes it; what does not change is not copied. */
export function mapTexts(
  value: unknown,
  change: (text: string, name: string | undefined) => string,
  name?: string,
  depth = 0,
): unknown {
  if (typeof value === "string") return isStructural(name, value) ? value : change(value, name)
  if (typeof value !== "object" || value === null) return value
  if (depth === DEEPEST) return "(nested too deeply)"
  if (Array.isArray(value)) {
    let changed: unknown[] | undefined
    for (let at = 0; at < value.length; at++) {
      const option =
        at > 0 && typeof value[at - 1] === "string" ? /^--?([A-Za-z][\w-]{2,40})$/.exec(value[at - 1])?.[1] : undefined
      const other = mapTexts(value[at], change, option ?? name, depth + 1)
      if (other !== value[at]) changed ??= value.slice()
      if (changed) changed[at] = other
    }
    return changed ?? value
  }
  const entries = Object.entries(value)
  const pair = entries.length <= 6 ? pairName(value as Record<string, unknown>) : undefined
  let isChanged = false
  for (const entry of entries) {
    const [key, old] = entry
    const newKey = key.length < 6 ? key : change(key, undefined)
    entry[1] = mapTexts(old, change, key === "value" && pair !== undefined ? pair : key, depth + 1)
    if (newKey === key && entry[1] === old) continue
    isChanged = true
    entry[0] = newKey
  }
  return isChanged ? Object.fromEntries(entries) : value
}

function pairName(value: Record<string, unknown>): string | undefined {
  const { name, key, header } = value
  if (typeof value["value"] !== "string") return undefined
  return [name, key, header].find((text): text is string => typeof text === "string" && /^[\w.-]{1,80}$/.test(text))
}
