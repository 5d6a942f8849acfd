import { ShareError } from "../errors.ts"
import { confirmDestination, type DestinationFlags, settingsFromFlags } from "./destination.ts"
import { readPolicy } from "./read-policy.ts"
import type { Terminal } from "./terminal.ts"

/** `doctor --policy`: prints the bucket policy for public links on stdout, to redirect into a file. */
export async function printPolicy(flags: DestinationFlags, terminal: Terminal): Promise<void> {
  const settings = settingsFromFlags(flags, terminal)
  await confirmDestination(settings, flags, terminal)
  const policy = readPolicy(settings.destination)
  if (policy === undefined)
    throw new ShareError("bad-usage", `${settings.destination.to} is a folder; only buckets have a policy.`, {
      hint: "Set a bucket: --to s3://bucket",
    })
  terminal.stdout.write(`${JSON.stringify(JSON.parse(policy), null, 2)}\n`)
}
