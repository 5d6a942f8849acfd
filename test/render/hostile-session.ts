import { type Exported, exports } from "./draw.ts"
import { everyField } from "./every-field.ts"
import { active, swallowing } from "./hostile-markup.ts"
import { heavy, texts } from "./hostile-texts.ts"

export const payloads: readonly string[] = [...active, ...swallowing, ...texts, ...heavy]

/** Fields that decide how the rest is parsed: with payloads in them, only a part's malformed form would be tested. */
const structure = new Set(["type", "role", "tool", "status", "id", "messageID", "sessionID", "sessionId", "name"])

/** Ids that are allowed in pages unescaped and equal names that scripts and pages use. */
const names =
  "location document body forms parent top name status history navigator navigation CSS Highlight root parts view main share " +
  "constructor toString hasOwnProperty querySelector getElementById outline filter index changes localStorage fetch"
const taken = names.split(" ")

/** Shuffles texts by a seed (xorshift, Fisher–Yates). */
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
 * Real sessions, and one with every field, with payloads in place of all texts, distributed differently in every
 * round. In rounds not divisible by three, structural fields are kept, and ids are names that scripts know; in rounds
 * divisible by four, texts keep their beginning, so that they are still parsed.
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
      // File names are keys of a language server's diagnostics.
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
