import { createHmac } from "node:crypto"
import type { SecretCount } from "../../redact/marks/secrets.ts"
import { type RedactOptions, redact } from "../../redact/redact.ts"
import type { StoredItem } from "./stored-item.ts"

/** Keyed hashes of a share's secrets, to recognize them when they occur again. Contains no plain secrets. */
export interface SecretMarks {
  /** Derived from the secret that the client sends with each batch; never stored. */
  key: Uint8Array
  marks: Set<string>
}

/** Derives the key of a share's secret marks. */
export const deriveMarkKey = (secret: string): Uint8Array => createHmac("sha256", secret).update("secrets").digest()

// A word between the delimiters that can surround a secret.
const word = /[^\s"'`<>()[\]{}|,;:=&\\]{8,512}/g

/**
 * Redacts items. Each batch is redacted on its own as it arrives: a secret that an earlier batch recognized by its
 * context is recognized here by its keyed hash, as a separate word. A secret has the same mark in all batches.
 */
export async function redactItems(
  items: StoredItem[],
  secretMarks: SecretMarks,
  options: RedactOptions = {},
): Promise<{ items: StoredItem[]; found: SecretCount[] }> {
  const hash = (text: string) => hashWith(secretMarks.key, text)
  const seen = secretMarks.marks.size > 0 ? findMarked(items, (text) => secretMarks.marks.has(markOf(hash(text)))) : []
  const { record, found } = await redact(
    {
      info: items.find(({ type }) => type === "session")?.data ?? {},
      async *messages() {
        for (const { data } of items) yield data
      },
      children: [],
    },
    {
      ...options,
      patterns: [...(options.patterns ?? []), ...seen],
      // The server's own user does not occur in sessions.
      person: { user: "", home: "" },
      label(secret) {
        const digest = hash(secret)
        secretMarks.marks.add(markOf(digest))
        return String(digest.readUInt32BE(0) % 1_000_000)
      },
    },
  )
  const clean: StoredItem[] = []
  for await (const data of record.messages()) clean.push({ ...items[clean.length]!, data })
  return { items: clean, found }
}

/** Marks of secrets that a sync has revealed, as a publishing process needs them. */
export interface RevealedSecrets {
  key: Uint8Array
  marks: readonly string[]
}

/**
 * Redacts secrets in items that came before the batch that revealed them. Returns undefined if there are none. The items
 * keep what orders their versions.
 */
export async function redactRevealed(
  items: StoredItem[],
  { key, marks }: RevealedSecrets,
  options: RedactOptions = {},
): Promise<StoredItem[] | undefined> {
  const secretMarks = { key, marks: new Set(marks) }
  const found = findMarked(items, (text) => secretMarks.marks.has(markOf(hashWith(key, text))))
  return found.length === 0 ? undefined : (await redactItems(items, secretMarks, options)).items
}

const hashWith = (key: Uint8Array, text: string) => createHmac("sha256", key).update(text).digest()

const markOf = (digest: Buffer) => digest.toString("base64url", 0, 16)

function findMarked(items: StoredItem[], isKnown: (text: string) => boolean): string[] {
  const found = new Set<string>()
  // A pattern with a leading slash would be read as a regular expression.
  for (const { data } of items)
    for (const [text] of JSON.stringify(data).matchAll(word))
      if (!text.startsWith("/") && isKnown(text)) found.add(text)
  return [...found]
}
