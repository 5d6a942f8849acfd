import { ShareError } from "../errors.ts"

/** Lets so many do something at once; others wait their turn. Throws `store-busy` for who would wait too long or in too long a line. */
export function turnstile({ atOnce, line, wait }: { atOnce: number; line: number; wait: number }) {
  let inside = 0
  const waiting = new Set<() => void>()

  async function enter(): Promise<void> {
    if (inside < atOnce) {
      inside++
      return
    }
    if (waiting.size >= line) throw tooBusy()
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(go)
        reject(tooBusy())
      }, wait)
      const go = () => {
        clearTimeout(timer)
        resolve()
      }
      waiting.add(go)
    })
  }

  function leave(): void {
    const [next] = waiting
    if (!next) return void inside--
    waiting.delete(next)
    next()
  }

  return async <T>(work: () => Promise<T>): Promise<T> => {
    await enter()
    try {
      return await work()
    } finally {
      leave()
    }
  }
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
