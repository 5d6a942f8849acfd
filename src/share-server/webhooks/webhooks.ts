import { randomBytes } from "node:crypto"
import { mapConcurrently } from "../../lib/concurrency.ts"
import type { ObjectStore } from "../../store/object-store.ts"
import { describeShare } from "../inventory/inventory-entry.ts"
import type { Log } from "../log.ts"
import type { Metrics } from "../metrics.ts"
import { signatureHeaders } from "./sign-webhook.ts"
import { dequeue, enqueue, listDue, type QueuedWebhook, readQueued, type WebhookEvent } from "./webhook-queue.ts"

export interface WebhooksOptions {
  store: ObjectStore
  /** Receiver of all messages. */
  url: string
  secret: string
  events: readonly WebhookEvent[]
  /** URL of a share. */
  linkOf: (id: string) => string
  now: () => Date
  log: Log
  metrics: Metrics
}

/** Reports to another server what happens to shares. */
export interface Webhooks {
  /** Queues and delivers a message, if such events are reported. Never throws. */
  report(type: WebhookEvent, share: { id: string } & Record<string, unknown>): void
  /** Attempts messages that failed, and those of instances that were killed. Throws what the store throws. */
  deliverDue(): Promise<void>
  /** Resolves when what was reported is stored and has been attempted. */
  settled(): Promise<void>
}

/** An attempt that takes longer is another instance's to repeat. */
const CLAIM_MS = 60_000
const ATTEMPT_TIMEOUT_MS = 10_000
const MAX_CONCURRENT_ATTEMPTS = 4
const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000]
/** After these failures in a row, a day in all, a message is given up. */
const RETRY_DELAYS_MS = [
  ...[5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE],
  ...[HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 8 * HOUR],
]

/** Webhooks with a queue in the bucket: a message is deleted from it when the receiver has answered 2xx. */
export function createWebhooks(options: WebhooksOptions): Webhooks {
  const { store, events, now, log } = options
  const running = new Set<Promise<void>>()

  async function queueAndAttempt(type: WebhookEvent, share: { id: string } & Record<string, unknown>) {
    const id = `msg_${randomBytes(15).toString("base64url")}`
    const data = await dataOf(type, share, options)
    const webhook = { id, type, timestamp: now().toISOString(), data, failed: 0 }
    await attempt(webhook, await enqueue(store, webhook, now().getTime() + CLAIM_MS), options)
  }

  return {
    report(type, share) {
      if (!events.includes(type)) return
      const work = queueAndAttempt(type, share)
        .catch((error: unknown) => log("warn", "webhook failed", { type, message: messageOf(error) }))
        .finally(() => running.delete(work))
      running.add(work)
    },
    async deliverDue() {
      await mapConcurrently(await listDue(store, now().getTime()), MAX_CONCURRENT_ATTEMPTS, async (place) => {
        const webhook = await readQueued(store, place)
        if (!webhook) return
        const claimed = await enqueue(store, webhook, now().getTime() + CLAIM_MS)
        await dequeue(store, place)
        await attempt(webhook, claimed, options)
      })
    },
    settled: async () => void (await Promise.all(running)),
  }
}

async function dataOf(
  type: WebhookEvent,
  share: { id: string } & Record<string, unknown>,
  { store, linkOf }: WebhooksOptions,
): Promise<Record<string, unknown>> {
  if (type === "share.removed") return share
  return { ...(type === "share.read" ? {} : await describeShare(store, share.id)), ...share, url: linkOf(share.id) }
}

/** Sends a message. Deletes it from the queue if it was delivered or is given up; else schedules the next attempt. */
async function attempt(webhook: QueuedWebhook, place: string, options: WebhooksOptions): Promise<void> {
  const { store, now, log, metrics } = options
  const problem = await send(webhook, options)
  const failed = webhook.failed + 1
  const delayMs = RETRY_DELAYS_MS[webhook.failed]
  metrics.increment("webhooks_total", {
    result: problem === undefined ? "delivered" : delayMs === undefined ? "given up" : "failed",
  })
  if (problem !== undefined) {
    const event = delayMs === undefined ? "webhook given up" : "webhook failed"
    log(delayMs === undefined ? "error" : "warn", event, {
      id: webhook.id,
      type: webhook.type,
      failed,
      message: problem,
    })
    if (delayMs !== undefined) await enqueue(store, { ...webhook, failed }, now().getTime() + delayMs)
  }
  await dequeue(store, place)
}

/** Returns why the receiver did not take a message; undefined if it did. */
async function send(
  { id, type, timestamp, data }: QueuedWebhook,
  { url, secret, now }: WebhooksOptions,
): Promise<string | undefined> {
  const body = JSON.stringify({ type, timestamp, data })
  const signed = signatureHeaders(secret, id, Math.floor(now().getTime() / 1000), body)
  try {
    const answer = await fetch(url, {
      method: "POST",
      body,
      headers: { "content-type": "application/json", ...signed },
      // A signed message goes to the configured address, and nowhere else.
      redirect: "manual",
      signal: AbortSignal.timeout(ATTEMPT_TIMEOUT_MS),
    })
    await answer.body?.cancel()
    return answer.ok ? undefined : `The receiver answered ${answer.status}.`
  } catch (error) {
    return messageOf(error)
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : ""
