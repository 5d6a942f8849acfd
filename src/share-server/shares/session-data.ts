import { prefixOf } from "../../share/manifest.ts"
import type { ObjectStore } from "../../store/object-store.ts"

interface PublishedSession {
  info: unknown
  messages: { info: unknown; parts: unknown[] }[]
}

/**
 * Returns a shared session for `opencode import <link>`: the published record as items of the share API. Undefined if
 * there is none.
 */
export async function sessionData(
  store: ObjectStore,
  id: string,
): Promise<{ type: string; data: unknown }[] | undefined> {
  const body = await store.get(`${prefixOf(id)}session.json`)
  if (!body) return undefined
  const { info, messages }: PublishedSession = JSON.parse(new TextDecoder().decode(body))
  return [
    { type: "session", data: info },
    ...messages.flatMap(({ info, parts }) => [
      { type: "message", data: info },
      ...(parts ?? []).map((data) => ({ type: "part", data })),
    ]),
  ]
}
