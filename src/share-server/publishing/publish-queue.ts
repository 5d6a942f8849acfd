/**
 * Queue of shares to publish: one job at a time per share, a few in total; requests that arrive meanwhile are merged.
 */
export interface PublishQueue {
  /** Schedules a share for publishing after the delay, or later if it was published recently. */
  enqueue(id: string): void
  /** Number of shares that are queued or being published. */
  readonly length: number
  /** Publishes everything queued. Resolves when done, or after `limitMs`. Accepts nothing afterwards. */
  close(limitMs: number): Promise<void>
}

interface QueueEntry {
  timer: NodeJS.Timeout | undefined
  /** Enqueued again while running. */
  isRequeued: boolean
  isRunning: boolean
  failures: number
}

export interface PublishQueueOptions {
  /** Returns false to be retried later. */
  work: (id: string) => Promise<boolean>
  onError: (id: string, error: unknown) => void
  /** Debounce delay, and first retry delay, in milliseconds. */
  delayMs: number
  retryMs: number
  /** Shares published at once. */
  concurrency: number
}

/** At most 1/N of wall time is spent on one share. */
const DUTY_CYCLE = 4
const MAX_RETRY_MS = 60_000

export function publishQueue({ work, onError, delayMs, retryMs, concurrency }: PublishQueueOptions): PublishQueue {
  const entries = new Map<string, QueueEntry>()
  const waiting: string[] = []
  let running = 0
  let closing = false
  let onIdle: (() => void) | undefined

  function schedule(id: string, entry: QueueEntry, waitMs: number): void {
    entry.timer ??= setTimeout(
      () => {
        entry.timer = undefined
        ready(id)
      },
      closing ? 0 : waitMs,
    )
  }

  function ready(id: string): void {
    waiting.push(id)
    while (running < concurrency && waiting.length > 0) void run(waiting.shift()!)
  }

  async function run(id: string): Promise<void> {
    const entry = entries.get(id)!
    running++
    entry.isRunning = true
    const start = performance.now()
    let done = false
    try {
      done = await work(id)
      entry.failures = done ? 0 : entry.failures + 1
    } catch (error) {
      entry.failures++
      onError(id, error)
    }
    const took = performance.now() - start
    running--
    entry.isRunning = false
    if (!done && !closing) schedule(id, entry, Math.min(retryMs * 2 ** (entry.failures - 1), MAX_RETRY_MS))
    else if (entry.isRequeued) schedule(id, entry, Math.max(delayMs, took * (DUTY_CYCLE - 1)))
    else entries.delete(id)
    entry.isRequeued = false
    while (running < concurrency && waiting.length > 0) void run(waiting.shift()!)
    if (entries.size === 0) onIdle?.()
  }

  return {
    enqueue(id) {
      if (closing) return
      const entry = entries.get(id)
      if (entry) {
        entry.isRequeued = entry.isRunning
        return
      }
      const fresh: QueueEntry = { timer: undefined, isRequeued: false, isRunning: false, failures: 0 }
      entries.set(id, fresh)
      schedule(id, fresh, delayMs)
    },
    get length() {
      return entries.size
    },
    async close(limit) {
      closing = true
      if (entries.size === 0) return
      const idle = new Promise<void>((resolve) => {
        onIdle = resolve
      })
      for (const [id, entry] of entries)
        if (entry.timer) {
          clearTimeout(entry.timer)
          entry.timer = undefined
          schedule(id, entry, 0)
        }
      let timer: NodeJS.Timeout | undefined
      const tooLong = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, limit)
      })
      await Promise.race([idle, tooLong])
      clearTimeout(timer)
      for (const entry of entries.values()) clearTimeout(entry.timer)
    },
  }
}
