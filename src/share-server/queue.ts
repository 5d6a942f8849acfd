/** Work on shares: one at a time for each of them, a few at once in all, what is asked for meanwhile gathered. */
export interface Queue {
  /** Has a share worked on within the delay; at once, unless it has been just now. */
  ask(id: string): void
  /** Shares that wait or are worked on. */
  readonly length: number
  /** Works on all that waits; resolves when that is done, or after so many milliseconds. Nothing is taken afterwards. */
  close(limit: number): Promise<void>
}

interface Place {
  timer: NodeJS.Timeout | undefined
  /** Asked for again while it is worked on. */
  again: boolean
  running: boolean
  failures: number
}

export interface QueueOptions {
  /** Gives false if it has to be tried again later. */
  work: (id: string) => Promise<boolean>
  onError: (id: string, error: unknown) => void
  /** Milliseconds in which what is asked for is gathered, and until what has failed is tried again, at first. */
  delay: number
  again: number
  /** Shares worked on at once. */
  atOnce: number
}

/** No more than one part in so many of the time is spent on one share. */
const SHARE_OF_TIME = 4
const LONGEST = 60_000

export function queue({ work, onError, delay, again, atOnce }: QueueOptions): Queue {
  const places = new Map<string, Place>()
  const waiting: string[] = []
  let running = 0
  let closing = false
  let onIdle: (() => void) | undefined

  function later(id: string, place: Place, wait: number): void {
    place.timer ??= setTimeout(
      () => {
        place.timer = undefined
        ready(id)
      },
      closing ? 0 : wait,
    )
  }

  function ready(id: string): void {
    waiting.push(id)
    while (running < atOnce && waiting.length > 0) void run(waiting.shift()!)
  }

  async function run(id: string): Promise<void> {
    const place = places.get(id)!
    running++
    place.running = true
    const start = performance.now()
    let done = false
    try {
      done = await work(id)
      place.failures = done ? 0 : place.failures + 1
    } catch (error) {
      place.failures++
      onError(id, error)
    }
    const took = performance.now() - start
    running--
    place.running = false
    if (!done && !closing) later(id, place, Math.min(again * 2 ** (place.failures - 1), LONGEST))
    else if (place.again) later(id, place, Math.max(delay, took * (SHARE_OF_TIME - 1)))
    else places.delete(id)
    place.again = false
    while (running < atOnce && waiting.length > 0) void run(waiting.shift()!)
    if (places.size === 0) onIdle?.()
  }

  return {
    ask(id) {
      if (closing) return
      const place = places.get(id)
      if (place) {
        place.again = place.running
        return
      }
      const fresh: Place = { timer: undefined, again: false, running: false, failures: 0 }
      places.set(id, fresh)
      later(id, fresh, delay)
    },
    get length() {
      return places.size
    },
    async close(limit) {
      closing = true
      if (places.size === 0) return
      const idle = new Promise<void>((resolve) => {
        onIdle = resolve
      })
      for (const [id, place] of places)
        if (place.timer) {
          clearTimeout(place.timer)
          place.timer = undefined
          later(id, place, 0)
        }
      let timer: NodeJS.Timeout | undefined
      const tooLong = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, limit)
      })
      await Promise.race([idle, tooLong])
      clearTimeout(timer)
      for (const place of places.values()) clearTimeout(place.timer)
    },
  }
}
