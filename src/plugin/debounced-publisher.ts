/** Publishes shares as their sessions change: debounced, one publish per share at a time, no change lost. */
export interface DebouncedPublisher {
  /** Schedules a publish after the debounce time. */
  schedule(share: string): void
  /** Publishes pending changes of a share now. */
  flush(share: string): void
  /** Publishes pending changes of all shares; resolves when done, also after failures. */
  flushAll(): Promise<void>
  /** Cancels pending publishes of a share; resolves when a running one has ended. */
  cancel(share: string): Promise<void>
}

interface PublishState {
  timer: NodeJS.Timeout | undefined
  dirty: boolean
  running: Promise<void> | undefined
  /** Consecutive failures. */
  failures: number
  /** Duration of the last publish in milliseconds. */
  lastDurationMs: number
}

/** Duty cycle: while a session changes, at most 1/N of the time is spent publishing it. */
const DUTY_CYCLE_DIVISOR = 5

/** Delay before the first retry; doubles with each failure up to the maximum. */
const FIRST_RETRY_MS = 15_000
const MAX_RETRY_MS = 300_000

/**
 * @param publish uploads the current state of a share. If it rejects, it is retried later and with the next change; it
 * notifies the user itself.
 * @param debounceMs debounce time in milliseconds
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

  /** Clears the pending state; a timer exists only while a publish is pending. */
  function clear(state: PublishState): void {
    clearTimeout(state.timer)
    state.timer = undefined
    state.dirty = false
  }

  function startTimer(share: string, state: PublishState, delayMs: number): void {
    // The timer does not keep the process alive: `flushAll` is called at exit.
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
