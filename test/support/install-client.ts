import { opencodeBinary } from "./opencode-client.ts"

/** Installs the real client before the tests start: concurrent installations would run a half-installed one. */
export async function setup(): Promise<void> {
  await opencodeBinary()
}
