import { type AnonymousResponse, decodeText, isHtml, mediaTypeOf } from "./anonymous-fetch.ts"
import { htmlTitle, s3ErrorCode } from "./interstitials.ts"

/** How far the lengths of two pages with the same title may be apart, as a part of the longer one. */
const LENGTH_TOLERANCE = 0.1

/**
 * Whether two answers are of the same kind: a host's own word for something that does not exist. They may differ in what
 * is made anew for each request: the address, numbers, nonces.
 * @param names by which the addresses differ
 */
export function isSimilarResponse(one: AnonymousResponse, other: AnonymousResponse, names: readonly string[]): boolean {
  if (one.status !== other.status || mediaTypeOf(one) !== mediaTypeOf(other)) return false
  if (landing(one, names) !== landing(other, names)) return false
  const [code, otherCode] = [s3ErrorCode(one), s3ErrorCode(other)]
  if (code !== undefined || otherCode !== undefined) return code === otherCode
  const [text, otherText] = [lasting(one, names), lasting(other, names)]
  if (text === otherText) return true
  if (!isHtml(one)) return false
  const [longer, shorter] = [Math.max(text.length, otherText.length), Math.min(text.length, otherText.length)]
  return htmlTitle(text) === htmlTitle(otherText) && longer - shorter <= longer * LENGTH_TOLERANCE
}

/** Where redirects have ended. */
const landing = ({ hops }: AnonymousResponse, names: readonly string[]) =>
  without(hops.at(-1) ?? "", names).replace(/\/+$/, "")

/** What of a text is the same with each request. */
const lasting = ({ head, unpacked }: AnonymousResponse, names: readonly string[]): string =>
  without(decodeText(unpacked ?? head), names)
    .replace(/\b(nonce|integrity|value|content)=(?:"[^"]*"|'[^']*'|[^\s>]+)/gi, "$1")
    // Identifiers of requests, times and the like.
    .replace(/[A-Za-z0-9_+/=-]*\d[A-Za-z0-9_+/=-]*/g, "#")
    .replace(/\s+/g, " ")

function without(text: string, names: readonly string[]): string {
  // Some hosts take the ending away. The name of the folder itself is empty.
  const all = names.flatMap((name) => [name, name.replace(/(?:\.[^./]*|\/)$/, "")]).filter((name) => name !== "")
  // A short name may be part of the longer one.
  all.sort((a, b) => b.length - a.length)
  return all.reduce((rest, name) => rest.replaceAll(name, "").replaceAll(encodeURIComponent(name), ""), text)
}
