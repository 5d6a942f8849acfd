import { MAX_CHECKED_COUNT } from "../../src/share/verify-removed.ts"
import type { RoundTrips, UnshareRequests } from "./bucket.ts"
import type { PagesWeight } from "./pages.ts"
import type { PluginCost } from "./plugin.ts"

/** A line of the table: a goal and its measured value. */
export interface Goal {
  what: string
  goal: string
  figure: string
  reached: boolean
}

export interface Measured {
  messages: number
  first: { seconds: number; ratio: number; memory: number }
  again: { seconds: number; sent: number }
  pages: PagesWeight
  /** First page in Chromium, in milliseconds; undefined if there is no Chromium. */
  load: number | undefined
}

/**
 * The goals that the measured sizes can answer. @param version `--version`, as a ratio to an idle Node process; `help`
 * alike
 */
export function goals(
  results: readonly Measured[],
  version: number,
  help: number,
  plugin: readonly PluginCost[],
  bucket: RoundTrips | undefined,
  unshare: UnshareRequests,
): Goal[] {
  const found: Goal[] = []
  const most = (what: string, value: number, limit: number, unit: string, digits = 2) =>
    found.push({
      what,
      goal: `≤ ${limit} ${unit}`,
      figure: `${value.toFixed(digits)} ${unit}`,
      reached: value <= limit,
    })
  most("--version", version, 1.3, "× idle")
  most("--help", help, 1.3, "× idle")
  for (const { messages, first, again, pages, load } of results) {
    const name = `${messages.toLocaleString("en")} messages`
    if (messages === 10) most(name, first.ratio, 4, "× idle", 1)
    if (messages === 1_000) most(name, first.seconds, 1, "s")
    if (messages === 10_000) {
      most(name, first.seconds, 6, "s")
      most(`${name}, peak memory`, first.memory / 1e6, 500, "MB", 0)
    }
    const tenth = results.find((result) => result.messages === 10_000)
    if (messages === 100_000 && tenth)
      most(`${name}, peak memory`, first.memory / tenth.first.memory, 1.5, "× that of 10,000")
    if (messages < 1_000) continue
    const page = `${name}, first page in Chromium`
    if (load === undefined) found.push({ what: page, goal: "≤ 400 ms", figure: "no Chromium", reached: false })
    else most(page, load, 400, "ms", 0)
    most(`${name} again, one longer`, again.seconds / first.seconds, 0.25, "× the first")
    most(`${name} again, objects sent`, again.sent, 4, "", 0)
    most(`${name}, HTML to visible text`, pages.html / pages.visible, 2.2, "×")
    if (messages === 1_000) most(`${name}, pages gzipped`, pages.gzip / 1e6, 1.13, "MB")
    found.push({
      what: `${name}, code in coloured blocks`,
      goal: "≥ 80 %",
      figure: `${(100 * pages.coloured).toFixed(0)} %`,
      reached: pages.coloured >= 0.8,
    })
  }
  for (const { messages, start, held, update } of plugin) {
    const name = `in OpenCode, ${messages.toLocaleString("en")} messages`
    if (messages === 1_000) most("in OpenCode, start of the plugin", start, 50, "ms", 0)
    if (messages === 1_000) most(`${name}, loop held`, held, 50, "ms", 0)
    most(`${name}, update`, update, messages === 1_000 ? 150 : 400, "ms", 0)
  }
  if (bucket) {
    const name = `S3 at 50 ms, ${bucket.messages.toLocaleString("en")} messages`
    most("S3 at 50 ms, a first share, which tries the bucket out, waiting", bucket.trial, 20, "round trips", 1)
    most(`${name}, waiting`, bucket.first, 6, "round trips", 1)
    most(`${name} again, one longer, waiting`, bucket.again, 6, "round trips", 1)
  }
  const { objects, lists, deletes, others } = unshare
  const thousands = Math.ceil(objects / 1000)
  found.push({
    what: `unshare of ${objects.toLocaleString("en")} objects`,
    goal: `${thousands} lists, ${thousands} deletes, checks`,
    figure: `${lists} lists, ${deletes} deletes, ${others} others`,
    // Other requests: pages of a listing overlap by one key, two listings verify in two ways that nothing is left, the
    // first page is deleted before all others and the manifest after them, and anonymous requests check some objects of
    // each kind, each beside a name that never existed.
    reached: lists <= thousands + 3 && deletes <= thousands + 2 && others <= MAX_CHECKED_COUNT + 8,
  })
  return found
}
