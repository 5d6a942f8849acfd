import { type Exported, exports } from "./draw.ts"
import { everyField } from "./every-field.ts"
import { active, swallowing } from "./hostile-markup.ts"
import { heavy, texts } from "./hostile-texts.ts"

export const payloads: readonly string[] = [...active, ...swallowing, ...texts, ...heavy]

/** What says how the rest is to be read: without it, nothing of a part but its malformed form would be seen. */
const structure = new Set(["type", "role", "tool", "status", "id", "messageID", "sessionID", "sessionId", "name"])

/** Ids that may stand in a page as they are, and are the names of what scripts and pages have. */
const names =
  "location document body forms parent top name status history navigator navigation CSS Highlight root parts view main share " +
  "constructor toString hasOwnProperty querySelector getElementById outline filter index changes localStorage fetch"
const taken = names.split(" ")

/** Texts in an order that a seed decides (xorshift, Fisher and Yates). */
function shuffled(texts: readonly string[], seed: number): string[] {
  const order = [...texts]
  let state = seed * 2_654_435_761 + 1
  for (let i = order.length - 1; i > 0; i--) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    const j = (state >>> 0) % (i + 1)
    ;[order[i], order[j]] = [order[j]!, order[i]!]
  }
  return order
}

/**
 * Real sessions, and one that has every field, with a payload in the place of every text, others in other places in every
 * round. In rounds that cannot be divided by three, what says how the rest is to be read is left, and ids are names that
 * scripts know; in those that can be divided by four, a text begins as it did, so that what is parsed is parsed.
 */
export function hostileSession(round: number, planted = payloads): Exported {
  const order = shuffled(planted, round)
  let place = 0
  const next = () => order[place++ % order.length]!
  const own = (text: string, key: string) => {
    if (structure.has(key) && (round % 3 !== 0 || place % 5 !== 0)) {
      if (round % 3 !== 2 || key !== "id") return text
      return taken[place++ % taken.length]!
    }
    if (key === "url" && round % 2 === 0) return text.slice(0, 60) + next()
    return round % 4 === 0 ? text.slice(0, 120) + next() : next()
  }
  const replaced = (value: unknown, key: string): unknown => {
    if (typeof value === "string") return own(value, key)
    if (Array.isArray(value)) return value.map((item) => replaced(item, key))
    if (typeof value !== "object" || value === null) return value
    const entries = Object.entries(value).map(([name, item]): [string, unknown] => [
      // The names of files are keys of what a language server said.
      name.includes("/") ? next() : name,
      replaced(item, name),
    ])
    if (/^(?:input|metadata|data)$/.test(key) && round % 2 === 0)
      for (const name of ["__proto__", "constructor", "toString", `"><b>${place}`, "a".repeat(500)])
        entries.push([name, next()])
    return Object.fromEntries(entries)
  }
  const all = [everyField, ...exports.map(([, exported]) => exported)].map(
    (exported) => replaced(exported, "") as Required<Exported>,
  )
  return {
    info: all[0]!.info,
    messages: all.flatMap(({ messages }) => messages),
    children: all.flatMap(({ children = [] }) => children),
  }
}
