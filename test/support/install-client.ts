import { installPluginPackage, opencodeBinary } from "./opencode-client.ts"

/** Installs the real client and its plugin package before the tests start: concurrent installations would run a half-installed one. */
export async function setup(): Promise<void> {
  await opencodeBinary()
  await installPluginPackage()
}
