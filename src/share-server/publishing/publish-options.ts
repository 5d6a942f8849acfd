import type { RedactOptions } from "../../redact/redact.ts"
import type { Omission } from "../../session/omissions.ts"
import type { ObjectStore } from "../../store/object-store.ts"
import type { RevealedSecrets } from "../items/redact-items.ts"
import type { PublishMemory } from "./publish-memory.ts"

export interface PublishShareOptions {
  store: ObjectStore
  version: string
  now: () => Date
  redact?: RedactOptions | undefined
  /** Kinds of content that no share contains. */
  omit?: readonly Omission[] | undefined
  /** A program and its arguments; see `refusalOfHook`. */
  publishHook?: readonly string[] | undefined
  /** Shares expire this long after the last change of their session, in milliseconds. Default: never. */
  lifetimeMs?: number | undefined
  memory?: PublishMemory
  /** Batches that this instance has just stored, by name: they need not be read. */
  fresh?: ReadonlyMap<string, Uint8Array>
  /** Secrets that a batch has revealed: earlier items are redacted again. */
  secrets?: RevealedSecrets | undefined
  /** Larger shares are `too large` for this process. Default: any size. */
  maxBytes?: number
}
