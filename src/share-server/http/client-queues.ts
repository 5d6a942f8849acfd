export interface Waiter {
  weight: number
  enter(): void
}

export interface QueuedClient {
  name: string
  /** Total weight that runs. */
  weight: number
  /** Sequence number of the last admission. */
  lastAdmitted: number
  queue: Set<Waiter>
}

/**
 * The clients of a semaphore, with their queued work.
 * @param limitPerClient maximum weight that runs of one client; heavier work runs alone
 */
export function clientQueues(limitPerClient: number) {
  const clients = new Map<string, QueuedClient>()
  /** Clients with queued work. */
  const waiting = new Set<QueuedClient>()
  let length = 0

  const hasCapacity = (client: QueuedClient, weight: number) =>
    client.weight === 0 || client.weight + weight <= limitPerClient

  return {
    hasCapacity,
    /** Length of all queues together. */
    length: () => length,
    clientNamed(name: string): QueuedClient {
      const client = clients.get(name) ?? { name, weight: 0, lastAdmitted: 0, queue: new Set() }
      clients.set(name, client)
      return client
    },
    /** Forgets a client that neither runs nor waits. */
    forgetIdle(client: QueuedClient): void {
      if (client.weight === 0 && client.queue.size === 0) clients.delete(client.name)
    },
    enqueue(client: QueuedClient, waiter: Waiter): void {
      length++
      client.queue.add(waiter)
      waiting.add(client)
    },
    dequeue(client: QueuedClient, waiter: Waiter): void {
      length--
      client.queue.delete(waiter)
      if (client.queue.size === 0) waiting.delete(client)
    },
    /** The next client to admit among those below their limit, and its first waiter. */
    next(): { client: QueuedClient; waiter: Waiter } | undefined {
      let found: { client: QueuedClient; waiter: Waiter } | undefined
      for (const client of waiting) {
        const waiter: Waiter = client.queue.values().next().value!
        if (hasCapacity(client, waiter.weight) && (!found || isBefore(client, found.client))) found = { client, waiter }
      }
      return found
    },
  }
}

const isBefore = (a: QueuedClient, b: QueuedClient) =>
  a.weight < b.weight || (a.weight === b.weight && a.lastAdmitted < b.lastAdmitted)
