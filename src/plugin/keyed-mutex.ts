/** Mutex per key: tasks with the same key run one after another in call order, also after a failure. */
export function keyedMutex() {
  const last = new Map<string, Promise<unknown>>()
  return async <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const previous = last.get(key)
    const current = previous ? previous.then(work, work) : work()
    last.set(key, current)
    try {
      return await current
    } finally {
      if (last.get(key) === current) last.delete(key)
    }
  }
}
