import { createHash } from "node:crypto"
import { homedir, userInfo } from "node:os"
import { messagesFrom, type SessionRecord, transformMessages } from "../session/source.ts"
import { secretCollector } from "./collect-secrets.ts"
import { parsePatterns } from "./custom-patterns.ts"
import { mapStrings } from "./map-strings.ts"
import { type SecretCount, Secrets } from "./marks/secrets.ts"
import type { KnownSecret } from "./own-scanner.ts"
import { createNameReplacer, type LocalUser } from "./personal-names.ts"
import { secretReplacer } from "./replace-secrets.ts"

export interface RedactOptions {
  /** Also replaces e-mail addresses. */
  emails?: boolean | undefined
  /** Additional words or `/patterns/flags` to replace. */
  patterns?: readonly string[] | undefined
  /** Words or `/patterns/flags` that are never secrets. */
  allow?: readonly string[] | undefined
  /** Secrets that are known already, such as those that a scanner of the user's own found. */
  known?: readonly KnownSecret[] | undefined
  /** The record was redacted before: its marks are ours. Default: marks in it are a session's own text, and made to differ. */
  hasOwnMarks?: boolean | undefined
  /** Person whose name and home folder are replaced. Default: the current user. */
  person?: LocalUser | undefined
  /**
   * Returns the label of a secret in its mark, `[redacted: github token #4711]`. Default: a counter. Required when a
   * session is redacted in pieces, where the same secret needs the same label in all of them.
   */
  label?: ((secret: string) => string) | undefined
}

export interface RedactionResult {
  /** The record without secrets, home folders and the user's name. */
  record: SessionRecord
  /** Number of distinct secrets per kind, in order of first appearance. */
  found: SecretCount[]
  /** Number of distinct values that look like made-up secrets, and stay. */
  placeholders: number
  /** Positions (from 0) of the messages that first contained a secret or a name. */
  secretPositions: number[]
  /**
   * Hash of everything that decides replacements: records with equal keys redact a text equally. Does not disclose
   * secrets.
   */
  key: string
}

/** State of an earlier redaction of a session's first messages with the same options. */
export interface EarlierRedaction {
  /** Number of these messages. */
  messages: number
  /** Positions of those with secrets or names; see `RedactionResult`. */
  secretPositions: readonly number[]
}

/**
 * Redacts a session: replaces each secret by the same mark wherever it occurs and however it is encoded (`[redacted:
 * github token #1]`), home folders by `~`, and the user's name in other paths by `user`.
 *
 * Reads the whole session once to collect secrets, including those in later messages and subagent sessions; the
 * returned record is redacted as it is read. Throws errors of reading, and `bad-settings` for an invalid pattern.
 * @param before state of an earlier redaction: of those messages, only the ones with secrets or names are read again
 */
export async function redact(
  record: SessionRecord,
  options: RedactOptions = {},
  before: EarlierRedaction = { messages: 0, secretPositions: [] },
): Promise<RedactionResult> {
  const patterns = parsePatterns(options.patterns ?? [], "redact.patterns")
  const allow = parsePatterns(options.allow ?? [], "redact.allow")
  const secrets = new Secrets(options.label)
  for (const { kind, value } of options.known ?? []) secrets.addWord(kind, value)
  for (const word of patterns.words) secrets.addWord("own pattern", word)
  const names = new Set<string>()
  const emails = options.emails === true
  const collect = secretCollector({ secrets, names, patterns, allow, emails })
  const secretPositions = await collectRecord(record, before, collect, () => secrets.size + names.size)
  const person = options.person ?? currentUser()
  const change = secretReplacer(secrets, createNameReplacer(person, names), options.hasOwnMarks === true)
  return {
    record: mapRecord(record, (value) => mapStrings(value, change)),
    found: secrets.found,
    placeholders: secrets.placeholders,
    secretPositions,
    key: keyOf(secrets, person, names),
  }
}

/**
 * Collects from a whole record; of its first messages, which an earlier redaction read, only from those with secrets or
 * names. Returns the positions of the messages that first contained one.
 * @param count number of secrets and names collected so far
 */
async function collectRecord(
  record: SessionRecord,
  before: EarlierRedaction,
  collect: (value: unknown) => void,
  count: () => number,
): Promise<number[]> {
  const secretPositions: number[] = []
  const collectAt = (position: number, message: unknown) => {
    const countBefore = count()
    collect(message)
    if (count() > countBefore) secretPositions.push(position)
  }
  for (const position of before.secretPositions)
    for await (const message of messagesFrom(record, position)) {
      collectAt(position, message)
      break
    }
  let position = before.messages
  for await (const message of messagesFrom(record, position)) collectAt(position++, message)
  // `secretPositions` must not depend on the title, which may change, so the info comes after the messages.
  collect(record.info)
  for (const child of record.children) await collectAll(child, collect)
  return secretPositions
}

async function collectAll(record: SessionRecord, collect: (value: unknown) => void): Promise<void> {
  collect(record.info)
  for await (const message of record.messages()) collect(message)
  for (const child of record.children) await collectAll(child, collect)
}

const keyOf = (secrets: Secrets, person: LocalUser, names: ReadonlySet<string>) =>
  createHash("sha256")
    .update(secrets.all)
    .update(JSON.stringify([person, ...names]))
    .digest("hex")

function mapRecord(record: SessionRecord, change: (value: unknown) => unknown): SessionRecord {
  const changed = transformMessages(record, async function* (messages) {
    for await (const message of messages) yield change(message)
  })
  return {
    ...changed,
    info: change(record.info),
    children: record.children.map((child) => mapRecord(child, change)),
  }
}

function currentUser(): LocalUser {
  try {
    return { user: userInfo().username, home: homedir() }
  } catch {
    // In a container, the user may have no name.
    return { user: "", home: homedir() }
  }
}
