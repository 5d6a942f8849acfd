import { type AnonymousResponse, decodeText, isHtml, mediaTypeOf } from "./anonymous-fetch.ts"
import { htmlTitle, s3ErrorCode } from "./interstitials.ts"

/** Largest difference in length of two similar pages, as a fraction of the longer one. */
const LENGTH_TOLERANCE = 0.1

/**
 * Compares two responses of one host, ignoring values that change with each request: the address, numbers, nonces.
 * Detects a host's generic "not found" page.
 * @param names the parts in which the two addresses differ
 */
export function isSimilarResponse(one: AnonymousResponse, other: AnonymousResponse, names: readonly string[]): boolean {
  if (one.status !== other.status || mediaTypeOf(one) !== mediaTypeOf(other)) return false
  if (finalAddress(one, names) !== finalAddress(other, names)) return false
  const [code, otherCode] = [s3ErrorCode(one), s3ErrorCode(other)]
  if (code !== undefined || otherCode !== undefined) return code === otherCode
  const [text, otherText] = [stableText(one, names), stableText(other, names)]
  if (text === otherText) return true
  if (!isHtml(one)) return false
  const [longer, shorter] = [Math.max(text.length, otherText.length), Math.min(text.length, otherText.length)]
  return htmlTitle(text) === htmlTitle(otherText) && longer - shorter <= longer * LENGTH_TOLERANCE
}

/** The address at the end of the redirects, without the names. */
const finalAddress = ({ hops }: AnonymousResponse, names: readonly string[]) =>
  without(hops.at(-1) ?? "", names).replace(/\/+$/, "")

/** The text without values that change with each request. */
const stableText = ({ head, unpacked }: AnonymousResponse, names: readonly string[]): string =>
  without(decodeText(unpacked ?? head), names)
    .replace(/\b(nonce|integrity|value|content)=(?:"[^"]*"|'[^']*'|[^\s>]+)/gi, "$1")
    // Request ids, times and the like.
    .replace(/[A-Za-z0-9_+/=-]*\d[A-Za-z0-9_+/=-]*/g, "#")
    .replace(/\s+/g, " ")

function without(text: string, names: readonly string[]): string {
  // Some hosts drop the extension. The name of the folder itself is empty.
  const all = names.flatMap((name) => [name, name.replace(/(?:\.[^./]*|\/)$/, "")]).filter((name) => name !== "")
  // A short name may be part of the longer one.
  all.sort((a, b) => b.length - a.length)
  return all.reduce((rest, name) => rest.replaceAll(name, "").replaceAll(encodeURIComponent(name), ""), text)
}
