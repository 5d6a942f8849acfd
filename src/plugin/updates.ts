/** Publishes shared sessions as they change: one publish of a session at a time, changes gathered, none forgotten. */
export interface Updates {
  /** A session has changed: it is published within the delay. */
  changed(session: string): void
  /** A session has come to rest: what has changed is published now. */
  rested(session: string): void
  /** Publishes what has changed in any session; resolves when all of it is done, failed or not. */
  settled(): Promise<void>
  /** Nothing more is published of a session; resolves when a publish that is under way has ended. */
  forget(session: string): Promise<void>
}

interface State {
  timer: NodeJS.Timeout | undefined
  dirty: boolean
  running: Promise<void> | undefined
}

/**
 * @param publish sends a session as it is now; whoever gives it deals with its failure
 * @param delay milliseconds in which changes are gathered
 */
export function keepUpdated(publish: (session: string) => Promise<void>, delay: number): Updates {
  const states = new Map<string, State>()

  function stateOf(session: string): State {
    const state = states.get(session) ?? { timer: undefined, dirty: false, running: undefined }
    states.set(session, state)
    return state
  }

  function start(session: string): Promise<void> {
    const state = stateOf(session)
    clearTimeout(state.timer)
    state.timer = undefined
    state.running ??= run(session, state)
    return state.running
  }

  async function run(session: string, state: State): Promise<void> {
    while (state.dirty) {
      state.dirty = false
      await publish(session).catch(() => {})
    }
    state.running = undefined
  }

  return {
    changed(session) {
      const state = stateOf(session)
      state.dirty = true
      // Nothing waits for this timer: at the end, `settled` is called.
      state.timer ??= setTimeout(() => start(session), delay).unref()
    },
    rested(session) {
      if (stateOf(session).dirty) void start(session)
    },
    async settled() {
      await Promise.all([...states].map(([session, state]) => (state.dirty ? start(session) : state.running)))
    },
    async forget(session) {
      const state = stateOf(session)
      clearTimeout(state.timer)
      state.timer = undefined
      state.dirty = false
      await state.running
      states.delete(session)
    },
  }
}
