import { prefixOf } from "../share/manifest.ts"
import type { ObjectStore } from "../store/object-store.ts"

interface Exported {
  info: unknown
  messages: { info: unknown; parts: unknown[] }[]
}

/**
 * What `opencode import <link>` asks for: the shared session, as its page shows it, in the items of the share protocol.
 * Undefined where there is none.
 */
export async function sessionData(
  store: ObjectStore,
  id: string,
): Promise<{ type: string; data: unknown }[] | undefined> {
  const body = await store.get(`${prefixOf(id)}session.json`)
  if (!body) return undefined
  const { info, messages }: Exported = JSON.parse(new TextDecoder().decode(body))
  return [
    { type: "session", data: info },
    ...messages.flatMap(({ info, parts }) => [
      { type: "message", data: info },
      ...(parts ?? []).map((data) => ({ type: "part", data })),
    ]),
  ]
}
