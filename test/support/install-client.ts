import { opencodeBinary } from "./opencode-client.ts"

/** Installs the real client before any test asks for it: several that did so at once would start one that is half there. */
export async function setup(): Promise<void> {
  await opencodeBinary()
}
