import { type EarlierRedaction, type RedactionResult, type RedactOptions, redact } from "../redact/redact.ts"
import type { SecretCount } from "../redact/secrets.ts"
import type { Session } from "../session/model.ts"
import { normalizeSession } from "../session/normalize.ts"
import { published } from "../session/published.ts"
import { requireRoles } from "../session/roles.ts"
import { type Selection, select } from "../session/select.ts"
import type { SessionRecord } from "../session/source.ts"
import { trimUnfinished } from "../session/trim-unfinished.ts"

export interface PrepareOptions {
  /** All of it, unless given. */
  selection?: Selection | undefined
  /** Secrets, home folders and this user's name, unless given. */
  redact?: RedactOptions | undefined
}

/** A session as it will be seen. */
export interface Prepared {
  session: Session
  /** What was left out of it, in words. */
  leftOut: string | undefined
  /** What was redacted: how many different secrets of each kind, in the order of their first appearance. */
  found: SecretCount[]
  /** How it was redacted, for the next time; see `RedactionResult`. */
  redacted: Pick<RedactionResult, "telling" | "key">
}

/**
 * What is common to all that leaves the record of a session, into a bucket or a file: record → hold back → redact →
 * select → normalize → published.
 * All of the record is searched for secrets: what is left out may be what gives away a secret in the rest. Throws what
 * selecting and reading throw, `bad-settings` for a pattern that cannot be, and `Opencode2Error` for messages without roles.
 * @param before what is known of its beginning, redacted with the same options
 */
export async function prepare(
  record: SessionRecord,
  options: PrepareOptions,
  before?: EarlierRedaction,
): Promise<Prepared> {
  const { selection = {} } = options
  const { found, ...redacted } = await redact(trimUnfinished(requireRoles(record)), options.redact, before)
  const session = published(normalizeSession(await select(redacted.record, selection)))
  return { session, leftOut: inWords(selection), found, redacted }
}

function inWords({ omit = [], until = "end" }: Selection): string | undefined {
  const words = [...omit.map((kind) => kind.replace("-", " ")), ...(until === "end" ? [] : ["what follows"])]
  return words.join(", ") || undefined
}
