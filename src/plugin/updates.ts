/** Publishes shares as their sessions change: one publish of a share at a time, changes gathered, none forgotten. */
export interface Updates {
  /** The session of a share has changed: it is published within the delay. */
  changed(share: string): void
  /** The session of a share has come to rest: what has changed is published now. */
  rested(share: string): void
  /** Publishes what has changed of any share; resolves when all of it is done, failed or not. */
  settled(): Promise<void>
  /** Nothing more is published of a share; resolves when a publish that is under way has ended. */
  forget(share: string): Promise<void>
}

interface State {
  timer: NodeJS.Timeout | undefined
  dirty: boolean
  running: Promise<void> | undefined
  /** Publishes that have failed one after the other. */
  failures: number
  /** Milliseconds that the last publish took. */
  took: number
}

/** While a session goes on, no more than one part in so many of the time is spent on publishing it. */
const SHARE_OF_TIME = 5

/** What has failed is tried again after so many milliseconds, then after twice as many, and so on, up to the longest. */
const AGAIN = 15_000
const LONGEST = 300_000

/**
 * @param publish sends the share of a session as it is now. When it rejects, it is called again later, and with the next
 * change; whoever gives it says so to the user.
 * @param delay milliseconds in which changes are gathered
 */
export function keepUpdated(publish: (share: string) => Promise<void>, delay: number, again = AGAIN): Updates {
  const states = new Map<string, State>()

  function stateOf(share: string): State {
    const state = states.get(share) ?? { timer: undefined, dirty: false, running: undefined, failures: 0, took: 0 }
    states.set(share, state)
    return state
  }

  function start(share: string): Promise<void> | undefined {
    const state = stateOf(share)
    if (state.dirty) state.running ??= run(share, state)
    return state.running
  }

  async function run(share: string, state: State): Promise<void> {
    let failed = false
    while (state.dirty && !failed) {
      clear(state)
      const start = performance.now()
      failed = await publish(share).then(
        () => false,
        () => true,
      )
      state.took = performance.now() - start
      state.failures = failed ? state.failures + 1 : 0
    }
    state.running = undefined
    if (!failed || states.get(share) !== state) return
    state.dirty = true
    later(share, state, Math.min(again * 2 ** (state.failures - 1), LONGEST))
  }

  /** Nothing is to be published, for now: a timer is there only while something is. */
  function clear(state: State): void {
    clearTimeout(state.timer)
    state.timer = undefined
    state.dirty = false
  }

  function later(share: string, state: State, wait: number): void {
    // Nothing waits for this timer: at the end, `settled` is called.
    state.timer ??= setTimeout(() => start(share), wait).unref()
  }

  return {
    changed(share) {
      const state = stateOf(share)
      state.dirty = true
      later(share, state, Math.max(delay, state.took * (SHARE_OF_TIME - 1)))
    },
    rested(share) {
      void start(share)
    },
    async settled() {
      await Promise.all([...states.keys()].map(start))
    },
    async forget(share) {
      const state = states.get(share)
      if (!state) return
      states.delete(share)
      clear(state)
      await state.running
    },
  }
}
