/** When the pages of a shared session are published again, in either generation of OpenCode. */
export const UPDATE_TIMING = {
  /** Time between a change and its publish. */
  debounceMs: 2_000,
  firstRetryMs: 15_000,
  maxRetryMs: 300_000,
  /** While a session changes, at most 1/N of the time is spent publishing it. */
  dutyCycleDivisor: 5,
}
