import { createElement } from "./dom.ts"
import { addNewItemsBadge } from "./new-items-badge.ts"
import { canFetch, firstPage } from "./pages.ts"
import { isLive, keepScrollAnchor, runExclusive } from "./parts.ts"
import { applyUpdate, recordPage } from "./update.ts"

/** Poll interval in milliseconds: after a change, and at most. */
const MIN_POLL_MS = 4_000
const MAX_POLL_MS = 60_000

/** The manifest is the last file that an update of a share writes. */
let watchedFile = "manifest.json"
/** ETag (or Last-Modified) of the watched file at the last poll. */
let etag: string | undefined
let pollDelayMs = MIN_POLL_MS
let timer = 0
let polledAt = Date.now()
let isGone = false

/**
 * Polls for updates of a live session while the page is visible, with back-off while nothing changes, and merges new
 * content into the page. Stops when the session is finished or the share is gone.
 */
export function follow(): void {
  if (!canFetch) return
  recordPage()
  addNewItemsBadge()
  schedule(pollDelayMs)
  // The last part may be loaded only now.
  document.addEventListener("parts", () => timer || schedule(pollDelayMs))
  document.addEventListener("visibilitychange", () => {
    pollDelayMs = MIN_POLL_MS
    schedule(Math.max(0, polledAt + pollDelayMs - Date.now()))
  })
}

function schedule(delayMs: number): void {
  clearTimeout(timer)
  timer = isLive() && !isGone && document.visibilityState === "visible" ? window.setTimeout(poll, delayMs) : 0
}

async function poll(): Promise<void> {
  polledAt = Date.now()
  let isChanged = false
  try {
    const current = await fetchEtag(watchedFile)
    if (current === undefined) isGone = await isUnpublished()
    else if (current === "" || current !== etag)
      await runExclusive(async () => {
        isChanged = await applyUpdate()
        etag = current
      })
  } catch {
    // Network or server error: try again at the next poll.
  }
  pollDelayMs = isChanged ? MIN_POLL_MS : Math.min(pollDelayMs * 1.5, MAX_POLL_MS)
  if (isGone) showGoneBanner()
  else schedule(pollDelayMs)
}

/** ETag (or Last-Modified) of a file, "" if the server sends neither; undefined if there is no such file. */
async function fetchEtag(file: string): Promise<string | undefined> {
  const headers: Record<string, string> = etag && file === watchedFile ? { "If-None-Match": etag } : {}
  const response = await fetch(file, { method: "HEAD", cache: "no-store", headers })
  if (response.status === 304) return etag
  if ([403, 404, 410].includes(response.status)) return undefined
  if (!response.ok) throw new Error(`${file}: ${response.status}`)
  return response.headers.get("etag") ?? response.headers.get("last-modified") ?? ""
}

/**
 * Whether the share is gone, not just its manifest unreadable; in the latter case, watches the first page from now on.
 */
async function isUnpublished(): Promise<boolean> {
  if ((await fetchEtag(firstPage)) === undefined) return true
  watchedFile = firstPage
  etag = undefined
  return false
}

function showGoneBanner(): void {
  const banner = createElement("p", "gone")
  banner.role = "status"
  keepScrollAnchor(() => document.body.prepend(banner))
  // Screen readers read only changes of a live region that exists already.
  setTimeout(() => banner.append("This share was taken back."))
}
