import { createHash } from "node:crypto"
import { homedir, userInfo } from "node:os"
import { messagesFrom, type SessionRecord, transformMessages } from "../session/source.ts"
import { parsePatterns } from "./custom-patterns.ts"
import { forEachString, mapStrings } from "./map-strings.ts"
import { type SecretCount, Secrets } from "./marks/secrets.ts"
import { createNameReplacer, type LocalUser, userNamesIn } from "./personal-names.ts"
import { isSecretField, kindByName } from "./rules/names.ts"
import { scanText } from "./scan/scan.ts"
import { findSplitSecrets } from "./scan/split-secrets.ts"
import { findOutputSecrets } from "./tool-outputs.ts"

export interface RedactOptions {
  /** Also replaces e-mail addresses. */
  emails?: boolean | undefined
  /** Additional words or `/patterns/flags` to replace. */
  patterns?: readonly string[] | undefined
  /** Words or `/patterns/flags` that are never secrets. */
  allow?: readonly string[] | undefined
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

// Shorter texts are not secrets by themselves.
const MIN_SECRET_CHARS = 6
const MAX_CACHED_CHARS = 80
const MAX_CACHED_COUNT = 20_000
/** Maximum number of user names that are searched for in paths; each costs a search of every text. */
const MAX_NAME_COUNT = 32

/** Whether a piece of a secret is worth hiding: long enough, and unlike words, which occur elsewhere as well. */
const isDistinctive = (piece: string) => piece.length >= 4 && (/\d/.test(piece) || /[a-z][A-Z]/.test(piece))

const EMAIL = /[A-Za-z0-9][\w.+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}/g
// Reserved addresses of examples (RFC 2606) and addresses of software.
const IMPERSONAL_EMAIL =
  /@(?:[\w.-]*\.)?example\.(?:com|org|net)$|@[\w.-]*\.(?:test|invalid|example|localhost)$|^(?:noreply|no-reply|git)@/i

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
  for (const word of patterns.words) secrets.addWord("own pattern", word)
  const names = new Set<string>()

  // Most texts of a session are short and repeated: names and values.
  const seen = new Set<string>()
  const collect = (value: unknown) => {
    const texts: string[] = []
    forEachString(value, (text, name) => {
      if (text.length < MIN_SECRET_CHARS) return
      if (name === "directory" || name === "cwd" || name === "root")
        for (const one of userNamesIn(text)) if (names.size < MAX_NAME_COUNT) names.add(one)
      if (name !== undefined && isSecretField(name, text) && !allow.has(text))
        secrets.addNamed(kindByName(name), name, text)
      // The name of a header identifies its value.
      const whole = name !== undefined && /authorization|cookie/i.test(name) ? `${name}: ${text}` : text
      if (whole.length <= MAX_CACHED_CHARS) {
        if (seen.has(whole)) return
        if (seen.size < MAX_CACHED_COUNT) seen.add(whole)
      }
      texts.push(whole)
    })
    for (const text of texts) {
      scanText(text, secrets, allow.has)
      if (options.emails && text.includes("@"))
        for (const [address] of text.matchAll(EMAIL))
          if (!IMPERSONAL_EMAIL.test(address) && !allow.has(address)) secrets.addWord("e-mail address", address)
    }
    for (const { kind, text, value: secret } of findOutputSecrets(value))
      if (!allow.has(secret)) secrets.addNamed(kind, "output", secret, text)
    for (const { kind, pieces } of findSplitSecrets(value, allow.has))
      for (const piece of pieces) if (isDistinctive(piece)) secrets.addWord(kind, piece)
    for (const match of patterns.matches(texts)) if (!allow.has(match)) secrets.addWord("own pattern", match)
  }
  const secretPositions: number[] = []
  const collectAt = (position: number, message: unknown) => {
    const sizeBefore = secrets.size + names.size
    collect(message)
    if (secrets.size + names.size > sizeBefore) secretPositions.push(position)
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

  const person = options.person ?? currentUser()
  const clean = createNameReplacer(person, names)
  const changes = new Map<string, string>()
  const change = (text: string, name: string | undefined) => {
    const mark = name === undefined ? undefined : secrets.named(name, text)
    if (mark !== undefined) return mark
    const cached = text.length <= MAX_CACHED_CHARS ? changes.get(text) : undefined
    if (cached !== undefined) return cached
    const other = clean(secrets.replace(text))
    if (text.length <= MAX_CACHED_CHARS && changes.size < MAX_CACHED_COUNT) changes.set(text, other)
    return other
  }
  return {
    record: mapRecord(record, (value) => mapStrings(value, change)),
    found: secrets.found,
    secretPositions,
    key: keyOf(secrets, person, names),
  }
}

const keyOf = (secrets: Secrets, person: LocalUser, names: ReadonlySet<string>) =>
  createHash("sha256")
    .update(secrets.all)
    .update(JSON.stringify([person, ...names]))
    .digest("hex")

async function collectAll(record: SessionRecord, collect: (value: unknown) => void): Promise<void> {
  collect(record.info)
  for await (const message of record.messages()) collect(message)
  for (const child of record.children) await collectAll(child, collect)
}

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
