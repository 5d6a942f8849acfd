import { ShareError } from "../errors.ts"
import type { SecretCount } from "../redact/marks/secrets.ts"
import { runOwnScanner } from "../redact/own-scanner.ts"
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
import { describeRedactions } from "./describe-redactions.ts"

export interface PrepareOptions {
  /** Default: all of it. */
  selection?: Selection | undefined
  /** Default: secrets, home folders and this user's name. */
  redact?: (RedactOptions & RedactionPolicy) | undefined
}

/** Steps around the redaction. */
export interface RedactionPolicy {
  /** Throws `bad-input` if anything was found, instead of replacing it. */
  refuse?: boolean | undefined
  /** A scanner of the user's own: a program and its arguments. */
  command?: readonly string[] | undefined
}

/** A session as readers will see it. */
export interface Prepared {
  session: Session
  /** Description of what was left out: `reasoning, attachments`. */
  leftOut: string | undefined
  /** Number of distinct redacted secrets of each kind, in order of first appearance. */
  found: SecretCount[]
  /** Number of distinct values that look like made-up secrets, and stay. */
  placeholders: number
  /** The redacted record, of which the session shows the selection. */
  record: SessionRecord
  /** Redaction state for the next run; see `RedactionResult`. */
  redacted: Pick<RedactionResult, "secretPositions" | "key">
}

/**
 * The pipeline that all shares and exports go through: record → leave out what is never shared → hold back → redact → select → normalize → published.
 *
 * Searches the whole record for secrets: an omitted part may reveal a secret that the rest contains. Throws what
 * selecting and reading throw, `bad-settings` for an invalid pattern or a scanner that fails, `bad-input` for secrets that are refused, and `Opencode2Error` for messages without roles.
 * @param before redaction state of the first messages, from a run with the same options
 */
export async function prepare(
  record: SessionRecord,
  options: PrepareOptions,
  before?: EarlierRedaction,
): Promise<Prepared> {
  const { selection = {} } = options
  const { refuse, command, ...redaction } = options.redact ?? {}
  const shareable = trimUnfinished(shareableRecord(requireRoles(record)))
  const known = command ? await runOwnScanner(shareable, command) : redaction.known
  const { found, placeholders, ...redacted } = await redact(shareable, { ...redaction, known }, before)
  if (refuse && found.length > 0) throw refusal(found)
  const session = published(normalizeSession(await select(redacted.record, selection)), publishedTool)
  return { session, leftOut: inWords(selection), found, placeholders, record: redacted.record, redacted }
}

const refusal = (found: readonly SecretCount[]) =>
  new ShareError("bad-input", `The session contains secrets, and redact.refuse is set: ${describeRedactions(found)}.`, {
    hint: "Look at them with `opencode-bucket preview`. Remove them from the session, or allow what is none in redact.allow.",
  })

/** The same pipeline for a record that is redacted already, with all that is in it. */
export async function prepareRedacted(
  record: SessionRecord,
  selection: Selection,
): Promise<Pick<Prepared, "session" | "leftOut">> {
  const selected = await select(trimUnfinished(requireRoles(record)), selection)
  return { session: published(normalizeSession(selected), publishedTool), leftOut: inWords(selection) }
}

function inWords({ omit = [], until = "end" }: Selection): string | undefined {
  const words = [...omit.map((kind) => kind.replace("-", " ")), ...(until === "end" ? [] : ["what follows"])]
  return words.join(", ") || undefined
}
