import { randomUUID } from "node:crypto"
import { readFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { sha256 } from "../lib/hash.ts"
import { type AnonymousResponse, decodeText, fetchAnonymously, mediaTypeOf } from "./anonymous-fetch.ts"
import { describeCacheHeaders, isHit, printable } from "./cache-headers.ts"
import { detectChallenge, detectSignIn } from "./interstitials.ts"
import { prefixOf } from "./manifest.ts"

/** How a page is delivered to a reader. */
export type Delivery =
  /** As uploaded. */
  | "page"
  /** An earlier version, from a cache. */
  | "older"
  /** Modified: a proxy rewrites pages. */
  | "changed"
  /** Shown as source: served as a text type other than HTML. */
  | "text"
  /** As a download. */
  | "download"
  /** As compressed bytes that browsers do not decompress, because `Content-Encoding` was lost. */
  | "compressed"

/** Classified response to an anonymous request for a link. */
export type AnonymousView =
  | {
      seen: Delivery
      /** SHA-256 of the body, hexadecimal; undefined if the body was not read to its end. */
      hash: string | undefined
      head: string
      /** The headers of a cache in front: see `describeCacheHeaders`. */
      served: string
      /** The type or header that prevents browsers from showing the page; else "". */
      why: string
    }
  /** A bot check; `by` is its vendor. */
  | { seen: "challenge"; by: string }
  | { seen: "sign-in"; at: string }
  /** A redirect to an address that is not the page. */
  | { seen: "redirect"; to: string }
  /** The host refuses, as a private bucket does; has no such object; serves something other than the page. */
  | { seen: "refused" | "missing" | "other"; status: number }
  /** No response, or a gateway error. */
  | { seen: "unreachable"; reason: string }

export type DeliveredPage = Extract<AnonymousView, { hash: unknown }>

export const isDeliveredPage = (view: AnonymousView): view is DeliveredPage => "hash" in view

/**
 * Opens a link without credentials or cookies.
 * @param url the share's link, `https:`, `http:` or `file:`
 * @param id the share's id, which each of its pages contains
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

/** Whether a response contains a page of this share, even if modified on the way. */
export function isPageOf({ head, unpacked }: AnonymousResponse, id: string): boolean {
  // A minifying host may drop quotes and reorder attributes.
  const metas = decodeText(unpacked ?? head).match(/<meta\b[^>]*>/gi) ?? []
  const named = new RegExp(`\\bcontent\\s*=\\s*["']?${id}(?![A-Za-z0-9_-])`)
  return metas.some((meta) => /\bname\s*=\s*["']?share\b/i.test(meta) && named.test(meta))
}

function deliveryOf(answer: AnonymousResponse): DeliveredPage {
  const { hash, head, unpacked, headers } = answer
  const about = { hash, head: decodeText(unpacked ?? head), served: describeCacheHeaders(headers) }
  const disposition = headers.get("content-disposition") ?? ""
  const type = mediaTypeOf(answer)
  if (unpacked) return { ...about, seen: "compressed", why: "" }
  if (/^\s*attachment\b/i.test(disposition))
    return { ...about, seen: "download", why: `Content-Disposition: ${printable(disposition)}` }
  // Without a type, browsers detect HTML by its content, unless `nosniff` is set.
  const isSniffed = type === "" && !/nosniff/i.test(headers.get("x-content-type-options") ?? "")
  if (isSniffed || type === "text/html" || type === "application/xhtml+xml") return { ...about, seen: "page", why: "" }
  const isShown = type === "" || /^text\/|[/+](?:json|xml|javascript)$/.test(type)
  return { ...about, seen: isShown ? "text" : "download", why: type === "" ? "no type" : printable(type) }
}

/**
 * Detects an obstacle in front of an address, whatever is behind it; undefined if there is none.
 * @param url the requested address
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
  // The response comes from a gateway, a proxy or a failing service, so the object's state is unknown.
  if (status >= 500 || status === 407 || status === 429) return { seen: "unreachable", reason: `it answers ${status}` }
  const last = hops.at(-1)
  const isElsewhere = last !== undefined && isOtherHost(last, url) && !new URL(last).pathname.includes(prefixOf(id))
  if (isElsewhere || (status >= 300 && status < 400)) return { seen: "redirect", to: addressOf(last ?? url) }
  return undefined
}

/** Classifies a response without the page and without an obstacle. */
function otherAnswer({ status, hops }: AnonymousResponse): AnonymousView {
  const last = hops.at(-1)
  if (status === 404 || status === 410) return { seen: "missing", status }
  if (status >= 400) return { seen: "refused", status }
  return last === undefined ? { seen: "other", status } : { seen: "redirect", to: addressOf(last) }
}

const isOtherHost = (one: string, other: string) => hostOf(one) !== hostOf(other)
const hostOf = (url: string) => new URL(url).host.replace(/^www\./, "")
const addressOf = (url: string) => printable(new URL(url).origin + new URL(url).pathname)

/** Hashes of a page as uploaded, and of its previous version. */
export interface SentPage {
  /** SHA-256 of the uploaded page, hexadecimal. */
  hash: string
  /** The hash of the version that readers had before. */
  before?: string | undefined
}

/**
 * Distinguishes the page as uploaded, an older version from a cache, and a modified page. Requests the page again past
 * caches if the first response is ambiguous.
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
  if (isDeliveredPage(fresh) && fresh.hash === hash) return { ...view, seen: "older" }
  // Without a previous version, a cache cannot hold an older page.
  if (before !== undefined && isHit(view.served)) return { ...view, seen: "older" }
  return { ...view, seen: "changed" }
}

/** Whether the bucket at this address can be listed anonymously; false if it does not respond. */
export async function isPubliclyListable(url: string, timeoutMs = 10_000): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) })
    return response.ok && (await response.text()).includes("<ListBucketResult")
  } catch {
    return false
  }
}
