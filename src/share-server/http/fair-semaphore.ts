import { ShareError } from "../../errors.ts"
import { clientQueues, type QueuedClient, type Waiter } from "./client-queues.ts"

export interface FairSemaphoreOptions {
  /** Maximum total weight that runs at once. Heavier work runs alone. */
  limit: number
  /** Maximum weight of one client. Default: `limit`. */
  limitPerClient?: number
  /** Maximum length of the queue, in total and for one client (default: the same). */
  maxQueued: number
  maxQueuedPerClient?: number
  /** Maximum wait in milliseconds. */
  timeoutMs: number
}

/**
 * Weighted semaphore with a bounded queue, a wait timeout and fair scheduling: the client with the least weight running
 * goes first, then the one admitted longest ago. The returned function throws `store-busy` if the queue is full or the
 * wait too long.
 */
export function fairSemaphore({
  limit,
  limitPerClient = limit,
  maxQueued,
  maxQueuedPerClient = maxQueued,
  timeoutMs,
}: FairSemaphoreOptions) {
  let running = 0
  let admissions = 0
  const queues = clientQueues(limitPerClient)
  const isFree = (weight: number) => running === 0 || running + weight <= limit

  function start(client: QueuedClient, weight: number): void {
    running += weight
    client.weight += weight
    client.lastAdmitted = ++admissions
  }

  function end(client: QueuedClient, weight: number): void {
    running -= weight
    client.weight -= weight
    queues.forgetIdle(client)
    admit()
  }

  function admit(): void {
    for (let turn = queues.next(); turn !== undefined && isFree(turn.waiter.weight); turn = queues.next()) {
      queues.dequeue(turn.client, turn.waiter)
      start(turn.client, turn.waiter.weight)
      turn.waiter.enter()
    }
  }

  async function acquire(weight: number, client: QueuedClient): Promise<void> {
    const isFirst = client.queue.size === 0 && queues.next() === undefined
    if (isFirst && isFree(weight) && queues.hasCapacity(client, weight)) return start(client, weight)
    if (queues.length() >= maxQueued || client.queue.size >= maxQueuedPerClient) {
      queues.forgetIdle(client)
      throw busyError()
    }
    await admission(weight, client)
  }

  /** Queues work. Resolves when it was started; rejects when it waited too long. */
  function admission(weight: number, client: QueuedClient): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        queues.dequeue(client, waiter)
        queues.forgetIdle(client)
        reject(busyError())
        admit()
      }, timeoutMs)
      const waiter: Waiter = {
        weight,
        enter() {
          clearTimeout(timer)
          resolve()
        },
      }
      queues.enqueue(client, waiter)
    })
  }

  /** @param clientName client that the work counts against */
  return async <T>(work: () => Promise<T>, weight = 1, clientName = ""): Promise<T> => {
    const client = queues.clientNamed(clientName)
    await acquire(weight, client)
    try {
      return await work()
    } finally {
      end(client, weight)
    }
  }
}

const busyError = () => new ShareError("store-busy", "The server is busy.", { hint: "Try again in a minute." })
