import { createHash } from "node:crypto"
import { homedir, userInfo } from "node:os"
import { messagesFrom, type SessionRecord } from "../session/source.ts"
import { isSecretValue, kindByName } from "./assignments.ts"
import { splitSecrets } from "./joints.ts"
import { look } from "./look.ts"
import { ownPatterns } from "./own-patterns.ts"
import { namesIn, type Person, withoutPeople } from "./people.ts"
import { askSecretlint } from "./secretlint.ts"
import { type Count, Secrets } from "./secrets.ts"
import { eachText, mapTexts } from "./walk.ts"

export interface RedactOptions {
  /** Replace e-mail addresses, too. */
  emails?: boolean | undefined
  /** Further words, or `/patterns/flags`, to replace. */
  patterns?: readonly string[] | undefined
  /** Words, or `/patterns/flags`, that are no secrets whatever they look like. */
  allow?: readonly string[] | undefined
  /** Whose name and home folder are replaced; who runs this, unless given. */
  person?: Person | undefined
  /**
   * Names a secret in its mark, `[redacted: github token #4711]`; counted up, unless given. For who redacts a session in
   * pieces: the same secret has to have the same name in all of them.
   */
  label?: ((secret: string) => string) | undefined
}

export interface Redacted {
  /** The record, without secrets, home folders and the user's name. */
  record: SessionRecord
  /** How many different secrets of each kind, in the order of their first appearance. */
  found: Count[]
  /** Of its messages, by position from 0, those without which there would be less to replace. */
  telling: number[]
  /** Equal for two records: the same text comes out the same in both. Tells nothing of what is secret. */
  key: string
}

/** What is known of the first messages of a session, from when they were redacted before with the same options. */
export interface RedactedBefore {
  /** How many these are. */
  messages: number
  /** Of these, those that tell something; see `Redacted`. */
  telling: readonly number[]
}

// Nothing shorter is a secret by itself.
const SHORTEST = 6
const SHORT = 80
const KEPT = 20_000
/** Users whose names are looked for in paths; each costs a look at every text. */
const MOST_NAMES = 32

/** Whether a piece of a secret is enough of it to be worth hiding, and unlike words, which stand elsewhere as well. */
const isTelling = (piece: string) => piece.length >= 4 && (/\d/.test(piece) || /[a-z][A-Z]/.test(piece))

const email = /[A-Za-z0-9][\w.+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}/g
// Addresses of the program itself and of examples (RFC 2606) are nobody's.
const noOne =
  /@(?:[\w.-]*\.)?example\.(?:com|org|net)$|@[\w.-]*\.(?:test|invalid|example|localhost)$|^(?:noreply|no-reply|git)@/i

/**
 * A session's record without secrets: each is replaced by the same mark wherever it occurs and however it is spelled
 * (`[redacted: github token #1]`), home folders by `~`, and the user's name in other paths by `user`.
 *
 * Reads the whole session once to learn what is secret, also from what comes later or in a subagent's session; the record
 * that comes back is redacted as it is read. Throws what reading throws, and `bad-settings` for a pattern that cannot be.
 * @param before messages of which no more need be read than is known to tell something
 */
export async function redact(
  record: SessionRecord,
  options: RedactOptions = {},
  before: RedactedBefore = { messages: 0, telling: [] },
): Promise<Redacted> {
  const patterns = ownPatterns(options.patterns ?? [], "redact.patterns")
  const allow = ownPatterns(options.allow ?? [], "redact.allow")
  const secrets = new Secrets(options.label)
  for (const word of patterns.words) secrets.addWord("own pattern", word)
  const names = new Set<string>()

  // Most texts of a session are short, and are names and values that come again and again.
  const seen = new Set<string>()
  const learn = async (value: unknown) => {
    const texts: string[] = []
    eachText(value, (text, name) => {
      if (text.length < SHORTEST) return
      if (name === "directory" || name === "cwd" || name === "root")
        for (const one of namesIn(text)) if (names.size < MOST_NAMES) names.add(one)
      if (name !== undefined && isSecretValue(name, text) && !allow.has(text))
        secrets.addNamed(kindByName(name), name, text)
      // A header's value is told by the header's name.
      const whole = name !== undefined && /authorization|cookie/i.test(name) ? `${name}: ${text}` : text
      if (whole.length <= SHORT) {
        if (seen.has(whole)) return
        if (seen.size < KEPT) seen.add(whole)
      }
      texts.push(whole)
    })
    const windows: string[] = []
    for (const text of texts) {
      for (const window of look(text, secrets, allow.has)) windows.push(window)
      if (options.emails && text.includes("@"))
        for (const [address] of text.matchAll(email))
          if (!noOne.test(address) && !allow.has(address)) secrets.addWord("e-mail address", address)
    }
    for (const { kind, pieces } of await splitSecrets(value, allow.has))
      for (const piece of pieces) if (isTelling(piece)) secrets.addWord(kind, piece)
    for (const { kind, value } of await askSecretlint(windows)) if (!allow.has(value)) secrets.add(kind, value)
    for (const match of patterns.matches(texts)) if (!allow.has(match)) secrets.addWord("own pattern", match)
  }
  const telling: number[] = []
  const learnAt = async (position: number, message: unknown) => {
    const known = secrets.size + names.size
    await learn(message)
    if (secrets.size + names.size > known) telling.push(position)
  }
  for (const position of before.telling)
    for await (const message of messagesFrom(record, position)) {
      await learnAt(position, message)
      break
    }
  let position = before.messages
  for await (const message of messagesFrom(record, position)) await learnAt(position++, message)
  // What is known of messages must not hang on a title, which may change.
  await learn(record.info)
  for (const child of record.children) await learnAll(child, learn)

  const person = options.person ?? thisPerson()
  const clean = withoutPeople(person, names)
  const changes = new Map<string, string>()
  const change = (text: string, name: string | undefined) => {
    const mark = name === undefined ? undefined : secrets.named(name, text)
    if (mark !== undefined) return mark
    const known = text.length <= SHORT ? changes.get(text) : undefined
    if (known !== undefined) return known
    const other = clean(secrets.replace(text))
    if (text.length <= SHORT && changes.size < KEPT) changes.set(text, other)
    return other
  }
  return {
    record: changed(record, (value) => mapTexts(value, change)),
    ...{ found: secrets.found, telling },
    key: keyOf(secrets, person, names),
  }
}

const keyOf = (secrets: Secrets, person: Person, names: ReadonlySet<string>) =>
  createHash("sha256")
    .update(secrets.all)
    .update(JSON.stringify([person, ...names]))
    .digest("hex")

async function learnAll(record: SessionRecord, learn: (value: unknown) => Promise<void>): Promise<void> {
  await learn(record.info)
  for await (const message of record.messages()) await learn(message)
  for (const child of record.children) await learnAll(child, learn)
}

function changed(record: SessionRecord, change: (value: unknown) => unknown): SessionRecord {
  return {
    info: change(record.info),
    async *messages() {
      for await (const message of record.messages()) yield change(message)
    },
    async *rest(from) {
      for await (const message of messagesFrom(record, from)) yield change(message)
    },
    children: record.children.map((child) => changed(child, change)),
  }
}

function thisPerson(): Person {
  try {
    return { user: userInfo().username, home: homedir() }
  } catch {
    // In a container, the user may have no name.
    return { user: "", home: homedir() }
  }
}
