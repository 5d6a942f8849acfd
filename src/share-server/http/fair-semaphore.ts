import { ShareError } from "../../errors.ts"

interface Waiter {
  weight: number
  enter(): void
}

interface Client {
  name: string
  weight: number
  /** Sequence number of the last admission. */
  lastAdmitted: number
  queue: Set<Waiter>
}

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
  let queued = 0
  let admissions = 0
  const clients = new Map<string, Client>()
  /** Clients with queued work. */
  const waiting = new Set<Client>()

  function clientNamed(name: string): Client {
    const client = clients.get(name) ?? { name, weight: 0, lastAdmitted: 0, queue: new Set() }
    clients.set(name, client)
    return client
  }

  function forget(client: Client): void {
    if (client.weight === 0 && client.queue.size === 0) clients.delete(client.name)
  }

  const isFree = (weight: number) => running === 0 || running + weight <= limit
  const hasCapacity = (client: Client, weight: number) =>
    client.weight === 0 || client.weight + weight <= limitPerClient

  function start(client: Client, weight: number): void {
    running += weight
    client.weight += weight
    client.lastAdmitted = ++admissions
  }

  /** The next client to admit among those below their limit, and its first waiter. */
  function next(): { person: Client; one: Waiter } | undefined {
    let found: { person: Client; one: Waiter } | undefined
    for (const person of waiting) {
      const one: Waiter = person.queue.values().next().value!
      if (hasCapacity(person, one.weight) && (!found || isBefore(person, found.person))) found = { person, one }
    }
    return found
  }

  function admit(): void {
    for (let turn = next(); turn !== undefined && isFree(turn.one.weight); turn = next()) {
      dequeue(turn.person, turn.one)
      start(turn.person, turn.one.weight)
      turn.one.enter()
    }
  }

  function dequeue(client: Client, waiter: Waiter): void {
    queued--
    client.queue.delete(waiter)
    if (client.queue.size === 0) waiting.delete(client)
  }

  async function acquire(weight: number, client: Client): Promise<void> {
    const isFirst = client.queue.size === 0 && next() === undefined
    if (isFirst && isFree(weight) && hasCapacity(client, weight)) return start(client, weight)
    if (queued >= maxQueued || client.queue.size >= maxQueuedPerClient) {
      forget(client)
      throw busyError()
    }
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        dequeue(client, waiter)
        forget(client)
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
      queued++
      client.queue.add(waiter)
      waiting.add(client)
    })
  }

  /** @param clientName client that the work counts against */
  return async <T>(work: () => Promise<T>, weight = 1, clientName = ""): Promise<T> => {
    const client = clientNamed(clientName)
    await acquire(weight, client)
    try {
      return await work()
    } finally {
      running -= weight
      client.weight -= weight
      forget(client)
      admit()
    }
  }
}

const isBefore = (a: Client, b: Client) =>
  a.weight < b.weight || (a.weight === b.weight && a.lastAdmitted < b.lastAdmitted)

const busyError = () => new ShareError("store-busy", "The server is busy.", { hint: "Try again in a minute." })
