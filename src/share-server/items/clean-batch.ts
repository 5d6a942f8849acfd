import { ShareError } from "../../errors.ts"
import type { SecretCount } from "../../redact/marks/secrets.ts"
import type { RedactOptions } from "../../redact/redact.ts"
import type { Omission } from "../../session/omissions.ts"
import { omitFromPart } from "../../session/omit.ts"
import { fields } from "../../session/read-json.ts"
import { describeRedactions } from "../../share/describe-redactions.ts"
import { parseJson } from "../http/request-body.ts"
import { encodeBatch } from "./batches.ts"
import { withFields } from "./item-fields.ts"
import { redactItems } from "./redact-items.ts"
import { hasMessagesWithoutRole, readItems } from "./session-items.ts"
import type { StoredItem } from "./stored-item.ts"

/** How the server redacts. */
export interface ServerRedactOptions extends RedactOptions {
  /** Refuses secrets instead of replacing them. */
  refuse?: boolean | undefined
}

/** A batch as a client sent it. */
export interface RawBatch {
  /** Body of the request: `{secret, data: […]}`. */
  body: Uint8Array
  session: string
  /** Key of the share's secret marks, and the marks found so far; see `SecretMarks`. */
  key: Uint8Array
  marks: readonly string[]
  redact?: ServerRedactOptions | undefined
  /** Kinds of content that are not stored. */
  omit?: readonly Omission[] | undefined
  /** Rules of the redaction; see `redactionRules`. */
  rules: string
}

export interface CleanBatch {
  /** Redacted items, encoded as they are stored; empty if there are none. */
  items: Uint8Array
  /** Marks of secrets that were found for the first time. */
  marks: string[]
}

/**
 * Parses and redacts a batch. Throws `HttpError` if the body is not JSON, `bad-input` if it is not a batch, and
 * `sharing-disabled` if it has secrets that are refused.
 */
export async function cleanBatch({
  body,
  session,
  key,
  marks,
  redact,
  omit = [],
  rules,
}: RawBatch): Promise<CleanBatch> {
  const value = parseJson(body)
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new ShareError("bad-input", "The request body is not a JSON object.")
  const { data } = value as { data?: unknown }
  if (hasMessagesWithoutRole(data)) throw opencode2Error(session)
  const items = readItems(data, session)
  if (items.length === 0) return { items: new Uint8Array(), marks: [] }
  const secretMarks = { key, marks: new Set(marks) }
  const { items: redacted, found } = await redactItems(items, secretMarks, redact)
  if (redact?.refuse && found.length > 0) throw secretsError(found)
  const clean = withoutOmitted(withFields(redacted), new Set(omit))
  for (const mark of marks) secretMarks.marks.delete(mark)
  return {
    items: clean.length === 0 ? new Uint8Array() : encodeBatch({ items: clean, rules }),
    marks: [...secretMarks.marks],
  }
}

/** Whether a text belongs to a prompt is known only with its message: those that do are left out when they are published. */
function withoutOmitted(items: readonly StoredItem[], leaves: ReadonlySet<Omission>): StoredItem[] {
  if (leaves.size === 0) return [...items]
  return items.flatMap((item) =>
    item.type === "part" ? omitFromPart(fields(item.data), false, leaves).map((data) => ({ ...item, data })) : [item],
  )
}

const secretsError = (found: readonly SecretCount[]) =>
  new ShareError(
    "sharing-disabled",
    `This server refuses secrets, and the session contains: ${describeRedactions(found)}.`,
    {
      hint: "Remove them from the session, then unshare it and share it again.",
    },
  )

/** A message without a role. The share protocol of OpenCode 1 has none for messages of OpenCode 2. */
const opencode2Error = (session: string) =>
  new ShareError("bad-input", `Session ${session} has messages of OpenCode 2, which this protocol cannot carry.`, {
    hint: "Share it with opencode-bucket, or send a session of OpenCode 1.",
  })
