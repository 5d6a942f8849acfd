/** Publishes shares as their sessions change: one publish of a share at a time, changes gathered, none forgotten. */
export interface DebouncedPublisher {
  /** The session of a share has changed: it is published within the delay. */
  schedule(share: string): void
  /** The session of a share has come to rest: what has changed is published now. */
  flush(share: string): void
  /** Publishes what has changed of any share; resolves when all of it is done, failed or not. */
  flushAll(): Promise<void>
  /** Nothing more is published of a share; resolves when a publish that is under way has ended. */
  cancel(share: string): Promise<void>
}

interface PublishState {
  timer: NodeJS.Timeout | undefined
  dirty: boolean
  running: Promise<void> | undefined
  /** Publishes that have failed one after the other. */
  failures: number
  /** Milliseconds that the last publish took. */
  lastDurationMs: number
}

/** While a session goes on, no more than one part in so many of the time is spent on publishing it. */
const DUTY_CYCLE_DIVISOR = 5

/** What has failed is tried again after so many milliseconds, then after twice as many, and so on, up to the longest. */
const FIRST_RETRY_MS = 15_000
const MAX_RETRY_MS = 300_000

/**
 * @param publish sends the share of a session as it is now. When it rejects, it is called again later, and with the next
 * change; whoever gives it says so to the user.
 * @param debounceMs milliseconds in which changes are gathered
 */
export function debouncedPublisher(
  publish: (share: string) => Promise<void>,
  debounceMs: number,
  firstRetryMs = FIRST_RETRY_MS,
): DebouncedPublisher {
  const states = new Map<string, PublishState>()

  function stateOf(share: string): PublishState {
    const state = states.get(share) ?? {
      timer: undefined,
      dirty: false,
      running: undefined,
      failures: 0,
      lastDurationMs: 0,
    }
    states.set(share, state)
    return state
  }

  function start(share: string): Promise<void> | undefined {
    const state = stateOf(share)
    if (state.dirty) state.running ??= run(share, state)
    return state.running
  }

  async function run(share: string, state: PublishState): Promise<void> {
    let failed = false
    while (state.dirty && !failed) {
      clear(state)
      const start = performance.now()
      failed = await publish(share).then(
        () => false,
        () => true,
      )
      state.lastDurationMs = performance.now() - start
      state.failures = failed ? state.failures + 1 : 0
    }
    state.running = undefined
    if (!failed || states.get(share) !== state) return
    state.dirty = true
    startTimer(share, state, Math.min(firstRetryMs * 2 ** (state.failures - 1), MAX_RETRY_MS))
  }

  /** Nothing is to be published, for now: a timer is there only while something is. */
  function clear(state: PublishState): void {
    clearTimeout(state.timer)
    state.timer = undefined
    state.dirty = false
  }

  function startTimer(share: string, state: PublishState, delayMs: number): void {
    // Nothing waits for this timer: at the end, `settled` is called.
    state.timer ??= setTimeout(() => start(share), delayMs).unref()
  }

  return {
    schedule(share) {
      const state = stateOf(share)
      state.dirty = true
      startTimer(share, state, Math.max(debounceMs, state.lastDurationMs * (DUTY_CYCLE_DIVISOR - 1)))
    },
    flush(share) {
      void start(share)
    },
    async flushAll() {
      await Promise.all([...states.keys()].map(start))
    },
    async cancel(share) {
      const state = states.get(share)
      if (!state) return
      states.delete(share)
      clear(state)
      await state.running
    },
  }
}
