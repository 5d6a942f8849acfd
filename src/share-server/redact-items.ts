import { createHmac } from "node:crypto"
import { type RedactOptions, redact } from "../redact/redact.ts"
import type { StoredItem } from "./session-items.ts"

/** What has been learned of a share's secrets: none of them in plain, only what tells them when they are seen again. */
export interface SecretMarks {
  /** Never stored: made from the secret that the client shows with each batch. */
  key: Uint8Array
  marks: Set<string>
}

/** The key under which a share's secrets are known. */
export const deriveMarkKey = (secret: string): Uint8Array => createHmac("sha256", secret).update("secrets").digest()

// What can stand around a secret; whatever else is a part of it.
const word = /[^\s"'`<>()[\]{}|,;:=&\\]{8,512}/g

/**
 * The items without secrets. Each batch of a session is redacted by itself, as it arrives: what was recognised in an
 * earlier one, by what stood around it, is known again by its keyed hash, wherever it stands by itself. A secret has the
 * same mark in all batches.
 */
export async function redactItems(
  items: StoredItem[],
  secretMarks: SecretMarks,
  options: RedactOptions = {},
): Promise<StoredItem[]> {
  const hash = (text: string) => createHmac("sha256", secretMarks.key).update(text).digest()
  const seen = secretMarks.marks.size > 0 ? findMarked(items, (text) => secretMarks.marks.has(markOf(hash(text)))) : []
  const { record } = await redact(
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
      // This machine's user is nobody in the session.
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
  return clean
}

const markOf = (digest: Buffer) => digest.toString("base64url", 0, 16)

function findMarked(items: StoredItem[], isKnown: (text: string) => boolean): string[] {
  const found = new Set<string>()
  // As a pattern, what begins with a slash would be an expression.
  for (const { data } of items)
    for (const [text] of JSON.stringify(data).matchAll(word))
      if (!text.startsWith("/") && isKnown(text)) found.add(text)
  return [...found]
}
