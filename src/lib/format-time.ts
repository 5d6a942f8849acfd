import { formatCount } from "./format-count.ts"

/** A time for people, in the time zone of this machine and with its offset: `2026-12-01 02:33 UTC`, `… +01:00`. */
export function formatTime(time: string | Date): string {
  const date = new Date(time)
  const minutes = -date.getTimezoneOffset()
  const local = new Date(date.getTime() + minutes * 60_000).toISOString()
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((n) =>
    String(n).padStart(2, "0"),
  )
  const zone = minutes === 0 ? "UTC" : `${minutes < 0 ? "-" : "+"}${hours}:${rest}`
  return `${local.slice(0, 10)} ${local.slice(11, 16)} ${zone}`
}

/** The age of something, in the largest unit that fits: `just now`, `5 minutes ago`, `3 days ago`. */
export function formatAge(timeMs: number, nowMs: number): string {
  const minutes = Math.max(0, Math.floor((nowMs - timeMs) / 60_000))
  const [count, unit] =
    minutes < 60
      ? [minutes, "minute"]
      : minutes < 24 * 60
        ? [Math.floor(minutes / 60), "hour"]
        : [Math.floor(minutes / (24 * 60)), "day"]
  return minutes === 0 ? "just now" : `${formatCount(count, unit)} ago`
}
