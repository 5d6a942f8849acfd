import { prefixOf } from "../../share/manifest.ts"
import type { ObjectStore } from "../../store/object-store.ts"

/** Folder below a share's prefix that only the server reads. */
export const SERVER_FOLDER = "server/"

/** The prefix of the objects of a share that only the server reads. */
export const serverPrefixOf = (id: string): string => prefixOf(id) + SERVER_FOLDER

export async function putJson(store: ObjectStore, key: string, value: object): Promise<void> {
  await putJsonBytes(store, key, new TextEncoder().encode(JSON.stringify(value)))
}

/** Stores JSON that is already encoded. */
export async function putJsonBytes(store: ObjectStore, key: string, body: Uint8Array): Promise<void> {
  await store.put(key, { body, contentType: "application/json; charset=utf-8", cacheControl: "no-store" })
}

/** Reads a JSON object that the server wrote; undefined if there is none. */
export async function getJson<T>(store: ObjectStore, key: string): Promise<T | undefined> {
  const body = await store.get(key)
  return body && (JSON.parse(new TextDecoder().decode(body)) as T)
}
