import { createHash, randomUUID } from "node:crypto"
import { readFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { type AnonymousResponse, decodeText, fetchAnonymously, mediaTypeOf } from "./anonymous-fetch.ts"
import { describeCacheHeaders, isHit, printable } from "./cache-headers.ts"
import { detectChallenge, detectSignIn } from "./interstitials.ts"
import { prefixOf } from "./manifest.ts"

/** How a page of a share reaches who opens its link. */
export type Delivery =
  /** As it was sent. */
  | "page"
  /** An earlier version, kept by a cache. */
  | "older"
  /** Not as it was sent: something on the way rewrites pages. */
  | "changed"
  /** Its source: it is served as text of another type than HTML. */
  | "text"
  /** As a file to save. */
  | "download"
  /** Compressed bytes that browsers do not unpack, since `Content-Encoding` was lost. */
  | "compressed"

/** What somebody without credentials gets who opens a link. */
export type AnonymousView =
  | {
      seen: Delivery
      /** SHA-256 of what was given, hexadecimal; undefined where it was not read to its end. */
      hash: string | undefined
      head: string
      /** What a cache in front tells of itself. */
      served: string
      /** The type or the header that keeps browsers from showing it; else "". */
      why: string
    }
  /** A bot check, by its vendor. */
  | { seen: "challenge"; by: string }
  | { seen: "sign-in"; at: string }
  /** A redirect to another place, which is not the page. */
  | { seen: "redirect"; to: string }
  /** The host refuses, as that of a private bucket; has nothing there; gives something else than the page. */
  | { seen: "refused" | "missing" | "other"; status: number }
  /** No answer could be had from here, or one of a gateway in trouble. */
  | { seen: "unreachable"; reason: string }

export type PageView = Extract<AnonymousView, { hash: unknown }>

export const isPageView = (view: AnonymousView): view is PageView => "hash" in view

/**
 * Opens a link as a stranger would: no credentials, no cookies.
 * @param url the share's link, `https:`, `http:` or `file:`
 * @param id the share's id, which every page of it carries
 */
export async function viewAnonymously(url: string, id: string, timeoutMs?: number): Promise<AnonymousView> {
  if (url.startsWith("file:")) {
    const body = await readFile(fileURLToPath(url)).catch(() => undefined)
    if (!body) return { seen: "missing", status: 404 }
    return { seen: "page", hash: sha256(body), head: decodeText(body), served: "", why: "" }
  }
  const answer = await fetchAnonymously(url, { readAll: true, ...(timeoutMs !== undefined && { timeoutMs }) })
  if ("unreachable" in answer) return { seen: "unreachable", reason: printable(answer.unreachable) }
  return isPageOf(answer, id) && answer.status < 300
    ? deliveryOf(answer)
    : (obstacleIn(answer, url, id) ?? otherAnswer(answer))
}

/** Whether an answer holds a page of this share, whatever was done to it on the way. */
export function isPageOf({ head, unpacked }: AnonymousResponse, id: string): boolean {
  // A host that minifies may drop quotes and turn attributes round.
  const metas = decodeText(unpacked ?? head).match(/<meta\b[^>]*>/gi) ?? []
  const named = new RegExp(`\\bcontent\\s*=\\s*["']?${id}(?![A-Za-z0-9_-])`)
  return metas.some((meta) => /\bname\s*=\s*["']?share\b/i.test(meta) && named.test(meta))
}

function deliveryOf(answer: AnonymousResponse): PageView {
  const { hash, head, unpacked, headers } = answer
  const about = { hash, head: decodeText(unpacked ?? head), served: describeCacheHeaders(headers) }
  const disposition = headers.get("content-disposition") ?? ""
  const type = mediaTypeOf(answer)
  if (unpacked) return { ...about, seen: "compressed", why: "" }
  if (/^\s*attachment\b/i.test(disposition))
    return { ...about, seen: "download", why: `Content-Disposition: ${printable(disposition)}` }
  // Of what has no type, browsers find out that it is HTML, unless they are told not to.
  const isSniffed = type === "" && !/nosniff/i.test(headers.get("x-content-type-options") ?? "")
  if (isSniffed || type === "text/html" || type === "application/xhtml+xml") return { ...about, seen: "page", why: "" }
  const isShown = type === "" || /^text\/|[/+](?:json|xml|javascript)$/.test(type)
  return { ...about, seen: isShown ? "text" : "download", why: type === "" ? "no type" : printable(type) }
}

/**
 * What is known to stand in front of an address, whatever is behind it; undefined if nothing is.
 * @param url what was asked for
 */
export function obstacleIn(
  answer: AnonymousResponse,
  url: string,
  id: string,
): Extract<AnonymousView, { seen: "challenge" | "sign-in" | "redirect" | "unreachable" }> | undefined {
  const by = detectChallenge(answer)
  if (by !== undefined) return { seen: "challenge", by }
  const at = detectSignIn(answer, url, id)
  if (at !== undefined) return { seen: "sign-in", at }
  const { status, hops } = answer
  // A gateway or a proxy on the way speaks, or a service in trouble: what is behind it is not known.
  if (status >= 500 || status === 407 || status === 429) return { seen: "unreachable", reason: `it answers ${status}` }
  const last = hops.at(-1)
  const isElsewhere = last !== undefined && isOtherHost(last, url) && !new URL(last).pathname.includes(prefixOf(id))
  if (isElsewhere || (status >= 300 && status < 400)) return { seen: "redirect", to: addressOf(last ?? url) }
  return undefined
}

/** An answer without the page, for which nothing in front is to blame. */
function otherAnswer({ status, hops }: AnonymousResponse): AnonymousView {
  const last = hops.at(-1)
  if (status === 404 || status === 410) return { seen: "missing", status }
  if (status >= 400) return { seen: "refused", status }
  return last === undefined ? { seen: "other", status } : { seen: "redirect", to: addressOf(last) }
}

const isOtherHost = (one: string, other: string) => hostOf(one) !== hostOf(other)
const hostOf = (url: string) => new URL(url).host.replace(/^www\./, "")
const addressOf = (url: string) => printable(new URL(url).origin + new URL(url).pathname)

/** A page as it was sent, and as it may have been before. */
export interface SentPage {
  /** SHA-256, hexadecimal. */
  hash: string
  /** The same of the version that readers had until now. */
  before?: string | undefined
}

/**
 * Tells whether a page that was delivered is the one that was sent, an earlier one that a cache has kept, or one that
 * was rewritten on the way. Asks once more, past caches, where the first answer leaves that open.
 */
export async function compareWithSent(
  view: AnonymousView,
  { hash, before }: SentPage,
  url: string,
  id: string,
): Promise<AnonymousView> {
  if (view.seen !== "page" || view.hash === hash) return view
  if (before !== undefined && view.hash === before && before !== hash) return { ...view, seen: "older" }
  const fresh = await viewAnonymously(`${url}?${randomUUID()}`, id)
  if (isPageView(fresh) && fresh.hash === hash) return { ...view, seen: "older" }
  // Without a version before this one, no cache can have kept it.
  if (before !== undefined && isHit(view.served)) return { ...view, seen: "older" }
  return { ...view, seen: "changed" }
}

/** Whether a stranger gets a listing of a bucket at this address; false also where no answer can be had. */
export async function isPubliclyListable(url: string, timeout = 10_000): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeout) })
    return response.ok && (await response.text()).includes("<ListBucketResult")
  } catch {
    return false
  }
}

const sha256 = (body: Uint8Array) => createHash("sha256").update(body).digest("hex")
