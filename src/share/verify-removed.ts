import { randomUUID } from "node:crypto"
import { existsSync } from "node:fs"
import path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { ShareError } from "../errors.ts"
import { mapConcurrently } from "../lib/concurrency.ts"
import type { ObjectStore } from "../store/object-store.ts"
import { isPageOf, obstacleIn } from "./anonymous-access.ts"
import { type AnonymousResponse, type AnonymousResult, fetchAnonymously } from "./anonymous-fetch.ts"
import { describeCacheHeaders, isCache, printable, purgeHint } from "./cache-headers.ts"
import { isS3Error } from "./interstitials.ts"
import { INDEX, MANIFEST } from "./manifest.ts"
import { isSimilarResponse } from "./similar-response.ts"

/** Result of checking from outside that a share is gone. */
export interface RemovalCheck {
  /** Every anonymous request was answered as the host answers for a key that never existed. */
  proven: boolean
  /**
   * `missing` if proven, else the obstacle: a bot check, a sign-in, a redirect to another host, a refusal that does not
   * come from the store, no response.
   */
  seen: "missing" | "challenge" | "sign-in" | "redirect" | "refused" | "unreachable"
  /** Number of addresses that were requested. */
  asked: number
  /** For display: why it is not proven. */
  note?: string
}

export interface VerifyRemovedOptions {
  /** Paths below the share's prefix that existed before. */
  paths?: Iterable<string>
  /** Whether this run has deleted anything. */
  wasThere?: boolean
  /** Delays before rechecking an address that is still served: a cache may take a moment to revalidate. */
  recheckMs?: readonly number[]
}

/** Most addresses requested per share, sampled from every kind of file. */
export const MAX_CHECKED_COUNT = 64
const MAX_CONCURRENT_CHECKS = 16
const SAFE_PATH = /^(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+)*$/
const RECHECK_DELAYS_MS = [300, 1_500]
/** Paths that every share has, and "" for its folder, where a host may serve `index.html`. */
const COMMON_PATHS = [INDEX, "", MANIFEST, "session.json", "session.md"]

type Verdict =
  | { seen: "missing" }
  | { seen: "kept"; answer: AnonymousResponse }
  | { seen: "challenge" | "sign-in" | "redirect" | "unreachable"; by: string }
  | { seen: "refused"; by: string }

/**
 * Requests the objects of a deleted share anonymously. An object is gone if the response is 404 or 410, or the same as
 * for a key that never existed: S3's refusal, or the page that some hosts serve for every address. Throws `left-behind`
 * if anything is still served; `stillServedUrls` returns the addresses.
 * @param url the link of the share
 */
export async function verifyRemoved(
  store: ObjectStore,
  id: string,
  url: string,
  { paths = [], wasThere = false, recheckMs = RECHECK_DELAYS_MS }: VerifyRemovedOptions = {},
): Promise<RemovalCheck> {
  const base = url.replace(/[?#].*$/, "").replace(/[^/]*$/, "")
  if (base.startsWith("file:")) return verifyRemovedFromDisk(store, id, base, wasThere)
  const [first = INDEX, ...others] = samplePaths(paths)
  const controls = new Map<string, { never: string; answer: Promise<AnonymousResult> }>()
  const judged = async (name: string): Promise<[string, Verdict]> => {
    const control = controls.get(kindOf(name)) ?? controlFor(base, name)
    controls.set(kindOf(name), control)
    const [answer, other] = await Promise.all([fetchAnonymously(base + name), control.answer])
    return [name, judge(answer, other, { url: base + name, id, names: [name, control.never] })]
  }
  const verdicts = new Map([await judged(first)])
  // If the first address does not respond, each further one would time out as well.
  if (verdicts.get(first)?.seen !== "unreachable")
    for (const [name, verdict] of await mapConcurrently(others, MAX_CONCURRENT_CHECKS, judged))
      verdicts.set(name, verdict)
  for (const wait of recheckMs) {
    const again = stillServedIn(verdicts).map(([name]) => name)
    if (again.length === 0) break
    await sleep(wait)
    for (const [name, verdict] of await mapConcurrently(again, MAX_CONCURRENT_CHECKS, judged))
      verdicts.set(name, verdict)
  }
  const kept = stillServedIn(verdicts)
  if (kept.length > 0) throw leftBehind(store, id, base, kept)
  return summarize(verdicts)
}

/** The addresses that are still served, from a `left-behind` error of `verifyRemoved`. */
export const stillServedUrls = ({ cause }: ShareError): string[] =>
  cause instanceof StillServedError ? cause.addresses : []

class StillServedError extends Error {
  readonly addresses: string[]
  constructor(addresses: string[]) {
    super(`Still served: ${addresses.join(", ")}`)
    this.addresses = addresses
  }
}

/** Chooses the paths to request: those that every share has, then from each kind of file in turn, up to `MAX_CHECKED_COUNT`. */
export function samplePaths(paths: Iterable<string>): string[] {
  const names = new Set(COMMON_PATHS)
  const kinds = new Map<string, string[]>()
  for (const name of [...new Set(paths)].sort()) {
    // A foreign object with an unusual name may not map to an address.
    if (names.has(name) || !SAFE_PATH.test(name)) continue
    const kind = `${name.replace(/[^/]*$/, "")} ${/^[a-z]+/.exec(name)?.[0] ?? ""} ${path.posix.extname(name)}`
    const alike = kinds.get(kind)
    if (alike) alike.push(name)
    else kinds.set(kind, [name])
  }
  const rows = [...kinds.values()]
  for (let turn = 0; names.size < MAX_CHECKED_COUNT && rows.some((row) => row.length > turn); turn++)
    for (const row of rows) if (row[turn] !== undefined && names.size < MAX_CHECKED_COUNT) names.add(row[turn]!)
  return [...names]
}

/** Groups names for which a host is likely to send the same "not found" response. */
const kindOf = (name: string): string => (name === "" ? "/" : name.replace(/[^/]*$/, "") + path.posix.extname(name))

/** Requests a random name in the same folder that never existed, as a control. */
function controlFor(base: string, name: string) {
  const random = randomUUID()
  const never = name === "" ? `${random}/` : `${name.replace(/[^/]*$/, "")}${random}${path.posix.extname(name)}`
  return { never, answer: fetchAnonymously(base + never) }
}

interface JudgeContext {
  url: string
  id: string
  /** The requested name and the control's name: the two responses may differ in these. */
  names: string[]
}

/** Classifies the response for an object that should be gone. */
function judge(answer: AnonymousResult, control: AnonymousResult, { url, id, names }: JudgeContext): Verdict {
  if ("unreachable" in answer) return { seen: "unreachable", by: printable(answer.unreachable) }
  if (isPageOf(answer, id)) return { seen: "kept", answer }
  const obstacle = obstacleIn(answer, url, id)
  if (obstacle) return { seen: obstacle.seen, by: obstacleDetail(obstacle) }
  const { status } = answer
  if (status === 404 || status === 410) return { seen: "missing" }
  if ("unreachable" in control) return { seen: "unreachable", by: printable(control.unreachable) }
  const isLikeNever = isSimilarResponse(answer, control, names)
  if (status >= 400) {
    // Services that accept signed requests only reject others as malformed (Swift), or missing objects (Supabase).
    const isStores = isS3Error(answer) || status === 400
    return isLikeNever && isStores ? { seen: "missing" } : { seen: "refused", by: String(status) }
  }
  return isLikeNever ? { seen: "missing" } : { seen: "kept", answer }
}

function obstacleDetail(obstacle: NonNullable<ReturnType<typeof obstacleIn>>): string {
  switch (obstacle.seen) {
    case "challenge":
      return obstacle.by
    case "sign-in":
      return obstacle.at
    case "redirect":
      return obstacle.to
    case "unreachable":
      return obstacle.reason
  }
}

const stillServedIn = (verdicts: Map<string, Verdict>) =>
  [...verdicts].filter((each): each is [string, Extract<Verdict, { seen: "kept" }>] => each[1].seen === "kept")

function summarize(verdicts: Map<string, Verdict>): RemovalCheck {
  const asked = verdicts.size
  for (const seen of ["challenge", "sign-in", "redirect", "refused", "unreachable"] as const) {
    const met = [...verdicts.values()].find((verdict) => verdict.seen === seen)
    if (met && "by" in met) return { proven: false, seen, asked, note: unverifiedNote(seen, met.by) }
  }
  return { proven: true, seen: "missing", asked }
}

function unverifiedNote(seen: Exclude<RemovalCheck["seen"], "missing">, by: string): string {
  const said = "Deleted from the store, but not verified:"
  switch (seen) {
    case "challenge":
      return `${said} the link shows a bot check (${by}), which could hide a cached copy. Purge the cache, and open the link in a browser.`
    case "sign-in":
      return `${said} the link requires a sign-in (${by}), which could hide a cached copy. Sign in, and open the link.`
    case "redirect":
      return `${said} the link redirects to ${by}. Open it in a browser.`
    case "refused":
      return `${said} the host refuses the request (${by}), unlike one for a missing object. Open the link as someone with read access.`
    case "unreachable":
      return `${said} the link cannot be reached from here (${by}).`
  }
}

function leftBehind(
  store: ObjectStore,
  id: string,
  base: string,
  kept: [string, { answer: AnonymousResponse }][],
): ShareError {
  const addresses = kept.map(([name]) => base + name)
  const { answer } = kept[0]![1]
  const shows = isPageOf(answer, id)
    ? "shows it"
    : `returns status ${answer.status}, unlike an address that never existed`
  const more =
    kept.length > 1
      ? `, as ${kept.length === 2 ? "one other address does" : `${kept.length - 1} other addresses do`}`
      : ""
  const told = kept
    .map(
      ([
        ,
        {
          answer: { headers },
        },
      ]) => describeCacheHeaders(headers),
    )
    .find(isCache)
  const hint = `A cache serves it${told === undefined ? "" : ` (${told})`}: ${purgeHint(answer.headers, base)}, then run the same command again.`
  return new ShareError(
    "left-behind",
    `Share ${id} is deleted from ${store.name}, but ${addresses[0]} still ${shows}${more}.`,
    { hint, cause: new StillServedError(addresses) },
  )
}

function verifyRemovedFromDisk(store: ObjectStore, id: string, base: string, wasThere: boolean): RemovalCheck {
  const folder = fileURLToPath(base)
  if (existsSync(path.join(folder, INDEX)))
    throw new ShareError(
      "left-behind",
      `Share ${id} is deleted from ${store.name}, but ${base + INDEX} still shows it.`,
      {
        hint: "Another program restores it, such as a file synchronisation: remove it there, then run the same command again.",
        cause: new StillServedError([base + INDEX]),
      },
    )
  const root = path.dirname(path.dirname(folder))
  if (wasThere || existsSync(root)) return { proven: true, seen: "missing", asked: 1 }
  const note = `Not verified: the folder ${printable(root)} does not exist. It was deleted, or is on a drive that is not mounted.`
  return { proven: false, seen: "unreachable", asked: 1, note }
}
