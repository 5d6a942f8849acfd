import { make } from "./dom.ts"
import { prepareNews } from "./news.ts"
import { canFetch, firstPage } from "./pages.ts"
import { inTurn, isLive, keepPlace } from "./parts.ts"
import { keepPage, update } from "./update.ts"

/** Milliseconds between two questions to the server: after a change, and at most. */
const SOONEST = 4_000
const LATEST = 60_000

/** The file that every update of a share writes, after all others. */
let watched = "manifest.json"
/** What the server called its content when it was last asked. */
let version: string | undefined
let wait = SOONEST
let timer = 0
let asked = Date.now()
let isGone = false

/**
 * Follows a session that goes on: asks every few seconds, while the page is seen, whether the share has changed, more and
 * more rarely while it has not, and brings in what is new. Never again once the session is finished or the share gone.
 */
export function follow(): void {
  if (!canFetch) return
  keepPage()
  prepareNews()
  schedule(wait)
  // The last part may be one that is only loaded now.
  document.addEventListener("parts", () => timer || schedule(wait))
  document.addEventListener("visibilitychange", () => {
    wait = SOONEST
    schedule(Math.max(0, asked + wait - Date.now()))
  })
}

function schedule(after: number): void {
  clearTimeout(timer)
  timer = isLive() && !isGone && document.visibilityState === "visible" ? window.setTimeout(ask, after) : 0
}

async function ask(): Promise<void> {
  asked = Date.now()
  let isChanged = false
  try {
    const now = await head(watched)
    if (now === undefined) isGone = await isTakenBack()
    else if (now === "" || now !== version)
      await inTurn(async () => {
        isChanged = await update()
        version = now
      })
  } catch {
    // No network, or a server in trouble: it is asked again.
  }
  wait = isChanged ? SOONEST : Math.min(wait * 1.5, LATEST)
  if (isGone) say()
  else schedule(wait)
}

/** What the server calls the content of a file, "" if it has no name for it; undefined if there is no such file. */
async function head(file: string): Promise<string | undefined> {
  const headers: Record<string, string> = version && file === watched ? { "If-None-Match": version } : {}
  const response = await fetch(file, { method: "HEAD", cache: "no-store", headers })
  if (response.status === 304) return version
  if ([403, 404, 410].includes(response.status)) return undefined
  if (!response.ok) throw new Error(`${file}: ${response.status}`)
  return response.headers.get("etag") ?? response.headers.get("last-modified") ?? ""
}

/** Whether the share is gone, rather than a file of it kept from readers; then its first page is watched instead. */
async function isTakenBack(): Promise<boolean> {
  if ((await head(firstPage)) === undefined) return true
  watched = firstPage
  version = undefined
  return false
}

function say(): void {
  const banner = make("p", "gone")
  banner.role = "status"
  keepPlace(() => document.body.prepend(banner))
  // A live region tells what changes in it once it is there.
  setTimeout(() => banner.append("This share was taken back."))
}
