import { readFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"

/**
 * What somebody without credentials gets who opens a link:
 * - `page`: a page of this share; `body` is its content
 * - `other`: an answer, but no page of this share (refused, missing, a sign-in page); `status` tells which
 * - `unreachable`: no answer could be had from here; `reason` says why
 */
export type StrangersView =
  | { sees: "page"; body: Uint8Array; served: string }
  | { sees: "other"; status: number }
  | { sees: "unreachable"; reason: string }

/**
 * Opens a link as a stranger would: no credentials, no cookies, caches asked to look again.
 * @param url the share's link, `https:`, `http:` or `file:`
 * @param id the share's id, which every page of it carries
 */
export async function openAsStranger(url: string, id: string, timeout = 10_000): Promise<StrangersView> {
  if (url.startsWith("file:")) {
    const body = await readFile(fileURLToPath(url)).catch(() => undefined)
    return body ? { sees: "page", body, served: "" } : { sees: "other", status: 404 }
  }
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(timeout),
      headers: { "user-agent": "opencode-bucket" },
    })
    const body = new Uint8Array(await response.arrayBuffer())
    // A gateway or a proxy on the way speaks, or a service in trouble: what is behind it is not known.
    if (response.status >= 500 || response.status === 407)
      return { sees: "unreachable", reason: `it answers ${response.status}` }
    const ours = response.ok && Buffer.from(body).includes(id)
    return ours
      ? { sees: "page", body, served: servedBy(response.headers) }
      : { sees: "other", status: response.status }
  } catch (error) {
    const { cause, message } = error as Error & { cause?: { code?: string; message?: string } }
    return { sees: "unreachable", reason: cause?.code || cause?.message || message }
  }
}

/** Whether a stranger gets a listing of a bucket at this address; false also where no answer can be had. */
export async function canStrangerList(url: string, timeout = 10_000): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeout) })
    return response.ok && (await response.text()).includes("<ListBucketResult")
  } catch {
    return false
  }
}

/** What the answer tells of a cache in front, in its own words; "" if nothing. */
function servedBy(headers: Headers): string {
  const telling = ["cf-cache-status", "x-cache", "age", "via", "server"]
  return telling.flatMap((name) => (headers.has(name) ? `${name}: ${headers.get(name)}` : [])).join(", ")
}
