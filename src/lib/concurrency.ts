/** Runs tasks with at most `limit` at once; the others wait in call order. */
export function semaphore(limit: number) {
  let running = 0
  const waiting: (() => void)[] = []
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running < limit) running++
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      // The next task takes over this one's place.
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}

/**
 * Maps items with at most `limit` calls of `work` at once; an item is requested only when one of them is free. Results
 * are in the order of the items. After a failure, no further item is requested; rejects with the first error once all
 * running calls have ended.
 */
export async function mapConcurrently<A, B>(
  items: Iterable<A> | AsyncIterable<A>,
  limit: number,
  work: (item: A) => Promise<B>,
): Promise<B[]> {
  const source = iterate(items)
  const results: B[] = []
  let count = 0
  let failure: { error: unknown } | undefined
  const worker = async () => {
    while (!failure) {
      const { done, value } = await source.next()
      if (done || failure) return
      const position = count++
      results[position] = await work(value)
    }
  }
  await Promise.all(
    Array.from({ length: limit }, () =>
      worker().catch((error: unknown) => {
        failure ??= { error }
      }),
    ),
  )
  if (!failure) return results
  await source.return?.()
  throw failure.error
}

const iterate = <A>(items: Iterable<A> | AsyncIterable<A>): Iterator<A> | AsyncIterator<A> =>
  Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]()

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
