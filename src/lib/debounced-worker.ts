import { semaphore } from "./concurrency.ts"

/** Processes keys as they change: debounced, one run per key at a time, no change lost. */
export interface DebouncedWorker {
  /** Schedules a run after the debounce time, or later if the last run took long. */
  schedule(key: string): void
  /** Runs what is pending now, for one key or for all; resolves when done, also after failures. */
  flush(key?: string): Promise<void>
  /** Cancels pending runs of a key; resolves when a running one has ended. */
  cancel(key: string): Promise<void>
  /** Accepts nothing more and runs what is pending, without retries. Resolves when done, or after `limitMs`. */
  close(limitMs: number): Promise<void>
  /** Number of keys that are pending or running. */
  readonly size: number
}

export interface DebouncedWorkerOptions {
  /** Processes all changes of a key so far. Resolves to false, or rejects, to be retried. */
  work: (key: string) => Promise<unknown>
  /** Called when `work` rejects. */
  onError?: (key: string, error: unknown) => void
  /** Time between the first change and the run. */
  debounceMs: number
  /** Delay before the first retry; doubles with each failure up to the maximum. */
  firstRetryMs: number
  maxRetryMs: number
  /** While a key keeps changing, at most 1/N of the time is spent on it. */
  dutyCycleDivisor: number
  /** Runs at once, of all keys. Default: no limit. */
  concurrency?: number
}

interface KeyState {
  /** Starts a run; forgets a key without changes. */
  timer: NodeJS.Timeout | undefined
  isDirty: boolean
  /** Requested by `flush` during a run: the next run follows at once. */
  isUrgent: boolean
  isRunning: boolean
  /** The run; set after the first step of `work`, unlike `isRunning`. */
  running: Promise<void> | undefined
  /** Consecutive failures. */
  failures: number
  /** Earliest next run, by `performance.now()`. */
  notBeforeMs: number
}

export function debouncedWorker(options: DebouncedWorkerOptions): DebouncedWorker {
  const states = new Map<string, KeyState>()
  const slot = semaphore(options.concurrency ?? Number.POSITIVE_INFINITY)
  let isClosed = false

  function startTimer(key: string, state: KeyState, delayMs: number): void {
    clearTimeout(state.timer)
    // Does not keep the process alive: `flush` or `close` is called at exit.
    state.timer = setTimeout(() => {
      if (state.isDirty) void start(key)
      else states.delete(key)
    }, delayMs).unref()
  }

  async function start(key: string): Promise<void> {
    const state = states.get(key)
    if (!state) return
    state.isUrgent = state.isDirty
    if (state.isDirty) state.running ??= run(key, state)
    await state.running
  }

  async function run(key: string, state: KeyState): Promise<void> {
    clearTimeout(state.timer)
    state.isRunning = true
    let isDone: boolean
    // Cancelled while it waited for its turn: done.
    do isDone = await slot(async () => states.get(key) !== state || (await attempt(key, state, options)))
    while (isDone && state.isUrgent)
    state.isRunning = false
    state.running = undefined
    if (states.get(key) !== state) return
    state.isDirty ||= !isDone
    if (isClosed) states.delete(key)
    else startTimer(key, state, delayAfterRun(state, options))
  }

  async function flush(key?: string): Promise<void> {
    await Promise.all((key === undefined ? [...states.keys()] : [key]).map(start))
  }

  return {
    schedule(key) {
      if (isClosed) return
      const state = states.get(key) ?? newState()
      states.set(key, state)
      const isScheduled = state.isDirty || state.isRunning
      state.isDirty = true
      if (!isScheduled) startTimer(key, state, Math.max(options.debounceMs, untilAllowed(state)))
    },
    flush,
    async cancel(key) {
      const state = states.get(key)
      if (!state) return
      states.delete(key)
      clearTimeout(state.timer)
      state.isDirty = false
      state.isUrgent = false
      await state.running
    },
    async close(limitMs) {
      isClosed = true
      await atMost(limitMs, flush())
      for (const state of states.values()) clearTimeout(state.timer)
    },
    get size() {
      return [...states.values()].filter(({ isDirty, isRunning }) => isDirty || isRunning).length
    },
  }
}

/** Runs `work` once. Resolves to whether it succeeded. */
async function attempt(
  key: string,
  state: KeyState,
  { work, onError, dutyCycleDivisor }: DebouncedWorkerOptions,
): Promise<boolean> {
  state.isDirty = false
  state.isUrgent = false
  const start = performance.now()
  const isDone = await work(key).then(
    (result) => result !== false,
    (error: unknown) => {
      onError?.(key, error)
      return false
    },
  )
  const end = performance.now()
  state.notBeforeMs = end + (end - start) * (dutyCycleDivisor - 1)
  state.failures = isDone ? 0 : state.failures + 1
  return isDone
}

const untilAllowed = ({ notBeforeMs }: KeyState) => Math.max(0, notBeforeMs - performance.now())

/** The time until the next run; for a key without changes, until it can be forgotten. */
function delayAfterRun(state: KeyState, { debounceMs, firstRetryMs, maxRetryMs }: DebouncedWorkerOptions): number {
  if (state.failures > 0) return Math.min(firstRetryMs * 2 ** (state.failures - 1), maxRetryMs)
  return state.isDirty ? Math.max(debounceMs, untilAllowed(state)) : untilAllowed(state)
}

/** Waits for `work`, but no longer than this. */
async function atMost(limitMs: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs)
  })
  await Promise.race([work, limit])
  clearTimeout(timer)
}

const newState = (): KeyState => ({
  timer: undefined,
  isDirty: false,
  isUrgent: false,
  isRunning: false,
  running: undefined,
  failures: 0,
  notBeforeMs: 0,
})
