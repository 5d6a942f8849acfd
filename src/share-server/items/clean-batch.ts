import { ShareError } from "../../errors.ts"
import type { RedactOptions } from "../../redact/redact.ts"
import { parseJson } from "../http/request-body.ts"
import { encodeBatch } from "./batches.ts"
import { withFields } from "./item-fields.ts"
import { redactItems } from "./redact-items.ts"
import { hasMessagesWithoutRole, readItems } from "./session-items.ts"

/** A batch as a client sent it. */
export interface RawBatch {
  /** Body of the request: `{secret, data: […]}`. */
  body: Uint8Array
  session: string
  /** Key of the share's secret marks, and the marks found so far; see `SecretMarks`. */
  key: Uint8Array
  marks: readonly string[]
  redact?: RedactOptions | undefined
  /** Rules of the redaction; see `redactionRules`. */
  rules: string
}

export interface CleanBatch {
  /** Redacted items, encoded as they are stored; empty if there are none. */
  items: Uint8Array
  /** Marks of secrets that were found for the first time. */
  marks: string[]
}

/** Parses and redacts a batch. Throws `HttpError` if the body is not JSON, and `bad-input` if it is not a batch. */
export async function cleanBatch({ body, session, key, marks, redact, rules }: RawBatch): Promise<CleanBatch> {
  const value = parseJson(body)
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new ShareError("bad-input", "The request body is not a JSON object.")
  const { data } = value as { data?: unknown }
  if (hasMessagesWithoutRole(data)) throw opencode2Error(session)
  const items = readItems(data, session)
  if (items.length === 0) return { items: new Uint8Array(), marks: [] }
  const secretMarks = { key, marks: new Set(marks) }
  const clean = withFields(await redactItems(items, secretMarks, redact))
  for (const mark of marks) secretMarks.marks.delete(mark)
  return {
    items: clean.length === 0 ? new Uint8Array() : encodeBatch({ items: clean, rules }),
    marks: [...secretMarks.marks],
  }
}

/** A message without a role. The share protocol of OpenCode 1 has none for messages of OpenCode 2. */
const opencode2Error = (session: string) =>
  new ShareError("bad-input", `Session ${session} has messages of OpenCode 2, which this protocol cannot carry.`, {
    hint: "Share it with opencode-bucket, or send a session of OpenCode 1.",
  })
