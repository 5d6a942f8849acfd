// Numbers, sizes and times as readers see them.

export { formatCount, groupThousands } from "../lib/format-count.ts"

/** Size in bytes: `812 B`, `14.2 kB`, `3.1 MB`. */
export function formatSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}

/** Duration: `80 ms`, `4.2 s`, `3 min 05 s`, `2 h 10 min`, `22 days, 3 h`; "" if unknown. */
export function formatDuration(milliseconds: number | undefined): string {
  if (milliseconds === undefined || !(milliseconds >= 0)) return ""
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`
  const seconds = Math.round(milliseconds / 1000)
  const two = (n: number) => String(n).padStart(2, "0")
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`
  const hours = Math.floor(seconds / 3600)
  if (hours >= 48) return `${Math.floor(hours / 24)} days${hours % 24 > 0 ? `, ${hours % 24} h` : ""}`
  return `${hours} h ${two(Math.floor((seconds % 3600) / 60))} min`
}

/** A time: elapsed since the session began (`4:07`), and absolute (ISO 8601). */
export interface Timestamp {
  since: string
  at: string
}

/** Timestamp of a time in milliseconds since 1970; undefined if it is missing or invalid. */
export function timestampOf(time: number | undefined, startedAt: number | undefined): Timestamp | undefined {
  if (time === undefined || !Number.isFinite(time) || Math.abs(time) > 8.64e15) return undefined
  const seconds = Math.max(0, Math.floor((time - (startedAt ?? time)) / 1000))
  const two = (n: number) => String(n).padStart(2, "0")
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60]
  return { since: h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`, at: new Date(time).toISOString() }
}

/** A number in few characters: `812`, `14.2k`, `1.42M`. */
export const formatCompact = (n: number): string =>
  n < 1000
    ? String(n)
    : n < 999_500
      ? `${(n / 1000).toPrecision(3).replace(/\.0+$/, "")}k`
      : `${(n / 1e6).toPrecision(3)}M`

/** An amount in US dollars. */
export const formatCost = (cost: number): string => `$${cost.toFixed(cost < 0.1 ? 3 : 2)}`
