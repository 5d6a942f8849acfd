import { collect, type ObjectStore } from "../../store/object-store.ts"
import { getJson, putJson } from "../shares/json-objects.ts"

/** Events that a webhook reports. */
export const WEBHOOK_EVENTS = ["share.created", "share.updated", "share.removed", "share.read"] as const
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number]

/** A message that has not been delivered. */
export interface QueuedWebhook {
  /** The same in all attempts, so that the receiver recognizes a repetition. */
  id: string
  type: WebhookEvent
  /** ISO 8601, UTC. */
  timestamp: string
  data: Record<string, unknown>
  /** Attempts that failed. */
  failed: number
}

/** Messages in the bucket: `webhooks/<ms>-<id>/message.json`, where `<ms>` is when any instance may attempt it next. */
const FOLDER = "webhooks/"
const placeOf = (dueMs: number, id: string) => `${String(dueMs).padStart(13, "0")}-${id}`
const keyOf = (place: string) => `${FOLDER}${place}/message.json`

/** Stores a message; returns its place in the queue. */
export async function enqueue(store: ObjectStore, webhook: QueuedWebhook, dueMs: number): Promise<string> {
  const place = placeOf(dueMs, webhook.id)
  await putJson(store, keyOf(place), webhook)
  return place
}

/** Deletes a message, with all versions. */
export const dequeue = async (store: ObjectStore, place: string): Promise<void> =>
  store.delete(await collect(store.list(`${FOLDER}${place}/`)))

/** Places of the messages that are due, oldest first. */
export async function listDue(store: ObjectStore, nowMs: number): Promise<string[]> {
  const places: string[] = []
  for await (const place of store.folders(FOLDER))
    if (Number(/^(\d{13})-/.exec(place)?.[1] ?? Number.POSITIVE_INFINITY) <= nowMs) places.push(place)
  return places.sort()
}

/** A message; undefined if another instance has delivered it, or attempts it. */
export const readQueued = (store: ObjectStore, place: string): Promise<QueuedWebhook | undefined> =>
  getJson(store, keyOf(place))
