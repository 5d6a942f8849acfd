import { ShareError } from "../errors.ts"

interface Waiting {
  weight: number
  enter(): void
}

/**
 * Lets so many do something at once, or so much of them where they have a weight (what is heavier than all goes alone);
 * others wait their turn. Throws `store-busy` for who would wait too long, in milliseconds, or in too long a line.
 */
export function turnstile({ atOnce, line, wait }: { atOnce: number; line: number; wait: number }) {
  let inside = 0
  const waiting = new Set<Waiting>()
  const isFree = (weight: number) => inside === 0 || inside + weight <= atOnce

  function admit(): void {
    for (const one of waiting) {
      if (!isFree(one.weight)) return
      waiting.delete(one)
      inside += one.weight
      one.enter()
    }
  }

  async function enter(weight: number): Promise<void> {
    if (waiting.size === 0 && isFree(weight)) {
      inside += weight
      return
    }
    if (waiting.size >= line) throw tooBusy()
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(one)
        reject(tooBusy())
        admit()
      }, wait)
      const one: Waiting = {
        weight,
        enter() {
          clearTimeout(timer)
          resolve()
        },
      }
      waiting.add(one)
    })
  }

  return async <T>(work: () => Promise<T>, weight = 1): Promise<T> => {
    await enter(weight)
    try {
      return await work()
    } finally {
      inside -= weight
      admit()
    }
  }
}

/** Does something for each of these, a few at a time; gives what came of it, in their order. */
export function forEach<A, B>(items: readonly A[], work: (item: A) => Promise<B>): Promise<B[]> {
  const few = turnstile({ atOnce: 16, line: items.length, wait: 60_000 })
  return Promise.all(items.map((item) => few(() => work(item))))
}

const tooBusy = () =>
  new ShareError("store-busy", "The server has too much to do at the moment.", { hint: "Try again in a minute." })

/** Counts what each of many does, up to so many a minute; what is saved up is one minute's worth. */
export function ratePerMinute(limit: number, now: () => number = Date.now) {
  const left = new Map<string, { tokens: number; at: number }>()
  return (who: string): boolean => {
    const time = now()
    const known = left.get(who) ?? { tokens: limit, at: time }
    const tokens = Math.min(limit, known.tokens + ((time - known.at) / 60_000) * limit)
    left.delete(who)
    left.set(who, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: time })
    if (left.size > 100_000) left.delete(left.keys().next().value as string)
    return tokens >= 1
  }
}
