import type { TruncationLimits } from "../html/truncate.ts"

/** Limits of prose: of the whole text, and of one block in it (a paragraph, a fence). */
export interface ProseLimits {
  /** A longer text is shown by its beginning and its end. Bytes as in `TruncationLimits`. */
  lines: number
  bytes: number
  head: ProseShare
  tail: ProseShare
  /** A longer block is data (a log that was pasted): it is shown by its first and last lines. */
  block: { lines: number; bytes: number; shown: TruncationLimits }
}

interface ProseShare {
  lines: number
  bytes: number
}

/** A prompt: what people write is short, what they paste is long. */
export const PROMPT_LIMITS: ProseLimits = {
  lines: 800,
  bytes: 60_000,
  head: { lines: 120, bytes: 12_000 },
  tail: { lines: 80, bytes: 10_000 },
  block: { lines: 150, bytes: 20_000, shown: { lines: 40, bytes: 6_000, head: 0.5 } },
}

/** An answer, reasoning or a summary. */
export const PROSE_LIMITS: ProseLimits = {
  lines: 2_000,
  bytes: 80_000,
  head: { lines: 1_200, bytes: 50_000 },
  tail: { lines: 500, bytes: 20_000 },
  block: { lines: 600, bytes: 40_000, shown: { lines: 240, bytes: 20_000, head: 0.7 } },
}

/** Results of a search engine. */
export const SEARCH_LIMITS: ProseLimits = {
  lines: 160,
  bytes: 24_000,
  head: { lines: 120, bytes: 18_000 },
  tail: { lines: 40, bytes: 6_000 },
  block: { lines: 100, bytes: 12_000, shown: { lines: 40, bytes: 5_000, head: 0.7 } },
}

/** Task of a subagent. */
export const TASK_LIMITS: ProseLimits = {
  lines: 50,
  bytes: 8_000,
  head: { lines: 30, bytes: 5_000 },
  tail: { lines: 15, bytes: 2_500 },
  block: { lines: 30, bytes: 5_000, shown: { lines: 14, bytes: 2_400, head: 0.7 } },
}
