// Figures for people.

/** Bytes for people: `812 B`, `14.2 kB`, `3.1 MB`. */
export function formatSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}

/** A time span for people: `80 ms`, `4.2 s`, `3 min 05 s`, `2 h 10 min`. "" if it is not known. */
export function formatDuration(milliseconds: number | undefined): string {
  if (milliseconds === undefined || !(milliseconds >= 0)) return ""
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`
  const seconds = Math.round(milliseconds / 1000)
  const two = (n: number) => String(n).padStart(2, "0")
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`
  return `${Math.floor(seconds / 3600)} h ${two(Math.floor((seconds % 3600) / 60))} min`
}

/** When something happened: since the session began (`4:07`), and by the clock (ISO 8601). */
export interface Moment {
  since: string
  at: string
}

/** When something happened, counted from when the session began. */
export function momentOf(time: number | undefined, began: number | undefined): Moment | undefined {
  if (time === undefined || !Number.isFinite(time) || Math.abs(time) > 8.64e15) return undefined
  const seconds = Math.max(0, Math.floor((time - (began ?? time)) / 1000))
  const two = (n: number) => String(n).padStart(2, "0")
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60]
  return { since: h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`, at: new Date(time).toISOString() }
}

/** How many of something: `1 file`, `3 files`. */
export const count = (n: number, one: string, many = `${one}s`): string => `${grouped(n)} ${n === 1 ? one : many}`

/** A number with its thousands set apart: `12,345`. The locale is asked only then: to load it takes a while. */
export const grouped = (n: number): string =>
  Number.isInteger(n) && n >= 0 && n < 1000 ? String(n) : n.toLocaleString("en")

/** A number in few characters: `812`, `14.2k`, `1.42M`. */
export const shortNumber = (n: number): string =>
  n < 1000
    ? String(n)
    : n < 999_500
      ? `${(n / 1000).toPrecision(3).replace(/\.0+$/, "")}k`
      : `${(n / 1e6).toPrecision(3)}M`

/** US dollars. */
export const formatCost = (cost: number): string => `$${cost.toFixed(cost < 0.1 ? 3 : 2)}`
