import type { OpencodeClient } from "./opencode.ts"

/**
 * The organisation that the user is signed in to, if OpenCode tells of one: then it shares through that organisation and
 * does not ask this plugin. Never throws.
 */
export async function activeOrganisation({ _client: http }: OpencodeClient): Promise<string | undefined> {
  try {
    const { data } = (await http?.get({ url: "/experimental/console/orgs" })) ?? {}
    const { orgs } = data as { orgs: { orgName: string; active: boolean }[] }
    return orgs.find(({ active }) => active)?.orgName
  } catch {
    return undefined
  }
}
