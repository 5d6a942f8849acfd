import { sha256 } from "../../lib/hash.ts"
import type { ObjectStore } from "../../store/object-store.ts"
import { putJson } from "../shares/json-objects.ts"

const FOLDER = "signed-out/"

/** Identity and expiry of a reader's session. */
export interface ReaderSession {
  /** Random; stored only in the encrypted cookie. */
  sid: string
  /** Expiry, Unix time in seconds. */
  exp: number
  /** Verified e-mail address of the reader. */
  email?: string | undefined
  /** When the session began, in milliseconds since 1970. */
  startedMs: number
}

// The key contains the expiry, so that the sweep need not read the marks.
const keyOf = ({ sid, exp }: Pick<ReaderSession, "sid" | "exp">) => `${FOLDER}${exp.toString(36)}-${sha256(sid)}.json`

/** Marks a session as ended in the bucket: from now on, no instance accepts its cookie. */
export async function writeSignedOut(store: ObjectStore, session: ReaderSession): Promise<void> {
  await putJson(store, keyOf(session), {})
}

/**
 * Whether a session was ended. Not cached: a cached answer would let a copied cookie in at one instance after its owner
 * signed out at another.
 */
export async function isSignedOut(store: ObjectStore, session: ReaderSession): Promise<boolean> {
  return (await store.read(keyOf(session), { head: true })) !== undefined
}

/** Deletes the marks of sessions that have expired. */
export async function sweepSignedOut(store: ObjectStore, now: Date): Promise<void> {
  const past = []
  for await (const entry of store.list(FOLDER)) {
    const exp = Number.parseInt(/^signed-out\/([0-9a-z]+)-/.exec(entry.key)?.[1] ?? "", 36)
    // Margin for clocks that differ between instances.
    if (exp + 600 < now.getTime() / 1000) past.push(entry)
  }
  if (past.length > 0) await store.delete(past)
}
