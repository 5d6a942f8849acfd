import { isFake, isPlaceholder } from "../values/placeholders.ts"
import type { SecretRule } from "./secret-rule.ts"

/**
 * Creates a rule from a pattern that is matched at anchor words. The secret is its first group that matched, or else the
 * whole match, if `is` accepts it.
 */
export function patternRule(
  kind: string,
  anchors: readonly string[],
  at: RegExp,
  is = (value: string) => !isPlaceholder(value),
): SecretRule {
  const sticky = new RegExp(at.source, `${at.flags.replace(/[gdy]/g, "")}dy`)
  return {
    anchors,
    findAt(text, index) {
      sticky.lastIndex = index
      const indices = sticky.exec(text)?.indices
      const range = indices?.slice(1).find((one) => one !== undefined) ?? indices?.[0]
      if (!range) return []
      const value = text.slice(...range)
      const match = { kind, start: range[0], end: range[1], from: index }
      if (is(value)) return [match]
      return isFake(value) ? [{ ...match, isFake: true }] : []
    },
  }
}
