import { readManifest } from "../../share/manifest.ts"
import type { ObjectStore } from "../../store/object-store.ts"
import { storedBytes } from "../items/batches.ts"
import { getJson, putJson, serverPrefixOf } from "./json-objects.ts"

/** Why a share has no page yet. */
export type ContentState =
  | { kind: "preparing" }
  /** The server refused its content. */
  | { kind: "refused"; reason: string }
  /** Nothing has arrived for a while: probably a proxy refuses large requests. */
  | { kind: "nothing arrived"; minutes: number }

/** A client sends the content right after it has created a share. */
const ARRIVAL_TIME_MS = 60_000

const refusalKey = (id: string) => `${serverPrefixOf(id)}refused.json`

/** Why content of a share was refused. */
export interface Refusal {
  /** Sentences for people. */
  reason: string
  /** By the company's policy: nothing more is accepted, since the page would lack what was refused. */
  isFinal?: boolean
}

/** Records why content of a share was refused, for its client and whoever opens its link. */
export const writeRefusal = (store: ObjectStore, id: string, refusal: Refusal): Promise<void> =>
  putJson(store, refusalKey(id), refusal)

export const readRefusal = (store: ObjectStore, id: string): Promise<Refusal | undefined> =>
  getJson<Refusal>(store, refusalKey(id))

/** Finds out why a share that was created has no page. Throws what the store throws. */
export async function contentState(store: ObjectStore, id: string, now: Date): Promise<ContentState> {
  const refusal = await readRefusal(store, id)
  if (refusal) return { kind: "refused", reason: String(refusal.reason) }
  const manifest = await readManifest(store, id)
  const waitedMs = manifest ? now.getTime() - Date.parse(manifest.created) : 0
  if (waitedMs < ARRIVAL_TIME_MS || (await storedBytes(store, id)) > 0) return { kind: "preparing" }
  return { kind: "nothing arrived", minutes: Math.floor(waitedMs / 60_000) }
}
