import type { SecretRule } from "../rules/secret-rule.ts"
import { isPlaceholder } from "../values/placeholders.ts"

/**
 * JSON Web Tokens (RFC 7519): three to five segments. Segments are long and may contain their own beginning many times,
 * so the end of a segment is found once for all positions in it.
 */
export function webTokens(): SecretRule {
  const segment = /[\w-]{0,16000}/y
  // The last text, and the segments that were last found in it.
  let ends = { text: "", from: 0, to: 0, after: new Map<number, number>() }
  const endOfSegment = (text: string, from: number) => {
    segment.lastIndex = from
    segment.test(text)
    return segment.lastIndex
  }
  return {
    anchors: ["eyj"],
    findAt(text, at) {
      if (!text.startsWith("eyJ", at)) return []
      if (/[A-Za-z0-9]/.test(text.charAt(at - 1)) && !/\\[nrtbf]$/.test(text.slice(at - 2, at))) return []
      if (ends.text !== text || at < ends.from || at >= ends.to)
        ends = { text, from: at, to: endOfSegment(text, at), after: new Map() }
      let end = ends.to
      if (end - at < 11 || end - at > 4003) return []
      let segments = 1
      for (; segments < 5 && text[end] === "."; segments++) {
        const next = ends.after.get(end) ?? endOfSegment(text, end + 1)
        ends.after.set(end, next)
        if (segments === 1 && next - end - 1 < 8) return []
        end = next
      }
      if (segments < 3 || isPlaceholder(text.slice(at + 3, end))) return []
      return [{ kind: "jwt", start: at, end }]
    },
  }
}
