import type { SecretCount } from "../redact/marks/secrets.ts"
import { type EarlierRedaction, type RedactionResult, type RedactOptions, redact } from "../redact/redact.ts"
import { publishedTool } from "../render/tools/published-tool.ts"
import type { Session } from "../session/model.ts"
import { normalizeSession } from "../session/normalize.ts"
import { published } from "../session/published.ts"
import { requireRoles } from "../session/roles.ts"
import { type Selection, select } from "../session/select.ts"
import type { SessionRecord } from "../session/source.ts"
import { trimUnfinished } from "../session/trim-unfinished.ts"
import { shareableRecord } from "../session/v2/shareable.ts"

export interface PrepareOptions {
  /** Default: all of it. */
  selection?: Selection | undefined
  /** Default: secrets, home folders and this user's name. */
  redact?: RedactOptions | undefined
}

/** A session as readers will see it. */
export interface Prepared {
  session: Session
  /** Description of what was left out: `reasoning, attachments`. */
  leftOut: string | undefined
  /** Number of distinct redacted secrets of each kind, in order of first appearance. */
  found: SecretCount[]
  /** Redaction state for the next run; see `RedactionResult`. */
  redacted: Pick<RedactionResult, "secretPositions" | "key">
}

/**
 * The pipeline that all shares and exports go through: record → leave out what is never shared → hold back → redact → select → normalize → published.
 *
 * Searches the whole record for secrets: an omitted part may reveal a secret that the rest contains. Throws what
 * selecting and reading throw, `bad-settings` for an invalid pattern, and `Opencode2Error` for messages without roles.
 * @param before redaction state of the first messages, from a run with the same options
 */
export async function prepare(
  record: SessionRecord,
  options: PrepareOptions,
  before?: EarlierRedaction,
): Promise<Prepared> {
  const { selection = {} } = options
  const { found, ...redacted } = await redact(
    trimUnfinished(shareableRecord(requireRoles(record))),
    options.redact,
    before,
  )
  const session = published(normalizeSession(await select(redacted.record, selection)), publishedTool)
  return { session, leftOut: inWords(selection), found, redacted }
}

/** The same pipeline for a record that is redacted already, with all that is in it. */
export async function prepareRedacted(record: SessionRecord): Promise<Pick<Prepared, "session" | "leftOut">> {
  const session = published(normalizeSession(trimUnfinished(requireRoles(record))), publishedTool)
  return { session, leftOut: undefined }
}

function inWords({ omit = [], until = "end" }: Selection): string | undefined {
  const words = [...omit.map((kind) => kind.replace("-", " ")), ...(until === "end" ? [] : ["what follows"])]
  return words.join(", ") || undefined
}
