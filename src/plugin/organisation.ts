import type { OpencodeClient } from "./opencode.ts"

/**
 * The organisation that the user is signed in to, if OpenCode tells of one: then it shares through that organisation and
 * does not ask this plugin. Never throws.
 */
export async function organisation({ _client: http }: OpencodeClient): Promise<string | undefined> {
  try {
    const { data } = (await http?.get({ url: "/experimental/console" })) ?? {}
    const { activeOrgName: name } = (data ?? {}) as { activeOrgName?: unknown }
    return typeof name === "string" && name !== "" ? name : undefined
  } catch {
    return undefined
  }
}
