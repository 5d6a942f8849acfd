import type { OpencodeClient } from "./opencode.ts"

/**
 * Name of the organisation the user is signed in to, if any: OpenCode then shares through it and bypasses this plugin.
 * Never throws.
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
