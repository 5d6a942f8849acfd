import { readManifest } from "../../share/manifest.ts"
import type { ObjectStore } from "../../store/object-store.ts"
import { storedBytes } from "../items/batches.ts"
import { getJson, putJson, serverPrefixOf } from "./json-objects.ts"

/** Why a share has no page yet. */
export type ContentState =
  | { kind: "preparing" }
  /** The server refused its content, which is too large. */
  | { kind: "too large"; reason: string }
  /** Nothing has arrived for a while: probably a proxy refuses large requests. */
  | { kind: "nothing arrived"; minutes: number }

/** A client sends the content right after it has created a share. */
const ARRIVAL_TIME_MS = 60_000

const refusalKey = (id: string) => `${serverPrefixOf(id)}refused.json`

/** Records why content of a share was refused, for whoever opens its link. */
export const writeRefusal = (store: ObjectStore, id: string, reason: string): Promise<void> =>
  putJson(store, refusalKey(id), { reason })

/** Finds out why a share that was created has no page. Throws what the store throws. */
export async function contentState(store: ObjectStore, id: string, now: Date): Promise<ContentState> {
  const refusal = await getJson<{ reason: string }>(store, refusalKey(id))
  if (refusal) return { kind: "too large", reason: String(refusal.reason) }
  const manifest = await readManifest(store, id)
  const waitedMs = manifest ? now.getTime() - Date.parse(manifest.created) : 0
  if (waitedMs < ARRIVAL_TIME_MS || (await storedBytes(store, id)) > 0) return { kind: "preparing" }
  return { kind: "nothing arrived", minutes: Math.floor(waitedMs / 60_000) }
}
