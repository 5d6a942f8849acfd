import { spawnSync } from "node:child_process"
import { readFileSync, rmSync } from "node:fs"
import path from "node:path"

/** Resources that a process used. */
export interface Usage {
  seconds: number
  /** CPU seconds of all threads. */
  cpu: number
  /** Peak memory in bytes. */
  memory: number
}

/** An environment without the user's configuration. */
export function ownEnvironment(home: string) {
  const places = { HOME: home, USERPROFILE: home, LOCALAPPDATA: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home }
  return { PATH: process.env["PATH"], SystemRoot: process.env["SystemRoot"], ...places }
}

/** Runs Node in a folder, with an empty home below it. Throws if it fails. */
export function timed(args: string[], home: string, env: Record<string, string> = {}) {
  const own = { ...ownEnvironment(home), ...env }
  const before = performance.now()
  const options = { cwd: path.dirname(home), env: own, encoding: "utf8", maxBuffer: Number.POSITIVE_INFINITY } as const
  const { status, stdout, stderr } = spawnSync(process.execPath, args, options)
  const seconds = (performance.now() - before) / 1000
  if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}: ${stderr}`)
  return { seconds, stdout }
}

/**
 * The same, with CPU time and memory. On Linux, a process begins with its parent's memory as its peak, so keep this
 * process small: generate sessions in one of their own.
 */
export function measured(args: string[], home: string): Usage & { stdout: string } {
  const file = `${home}-usage.json`
  const preload = new URL("../report-usage.mjs", import.meta.url).href
  const run = timed(["--import", preload, ...args], home, { USAGE_FILE: file })
  const { cpu, memory } = JSON.parse(readFileSync(file, "utf8"))
  rmSync(file)
  return { ...run, cpu, memory }
}

export function median(values: number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2
}

/** A Markdown table. */
export function table(head: string[], rows: string[][]): string {
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]!.length)))
  const line = (cells: string[]) => `| ${cells.map((cell, at) => cell.padStart(widths[at]!)).join(" | ")} |`
  const rule = `|${widths.map((width) => `${"-".repeat(width + 1)}:`).join("|")}|`
  return [line(head), rule, ...rows.map(line)].join("\n")
}

export const seconds = (value: number) => `${value.toFixed(2)} s`

export const size = (bytes: number) =>
  bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
