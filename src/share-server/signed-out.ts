import { createHash } from "node:crypto"
import type { ObjectStore } from "../store/object-store.ts"
import { putJson } from "./batches.ts"

const FOLDER = "signed-out/"

/** A session of a reader, as far as its end is concerned. */
export interface ReaderSession {
  /** Random, and in nothing but the sealed cookie. */
  sid: string
  /** When it ends by itself, in seconds since 1970. */
  exp: number
}

// The key says when the note is of no more use, so that nothing has to be read to clean up.
const keyOf = ({ sid, exp }: ReaderSession) =>
  `${FOLDER}${exp.toString(36)}-${createHash("sha256").update(sid).digest("hex")}.json`

/** Notes in the bucket that a session was ended: from now on, no instance accepts its cookie. */
export async function writeSignedOut(store: ObjectStore, session: ReaderSession): Promise<void> {
  await putJson(store, keyOf(session), {})
}

/**
 * Whether a session was ended. Asks the bucket each time: an answer that was kept for a while would let a copied cookie in
 * at one instance after its owner has signed out at another.
 */
export async function isSignedOut(store: ObjectStore, session: ReaderSession): Promise<boolean> {
  return (await store.read(keyOf(session), { head: true })) !== undefined
}

/** Deletes the notes about sessions that have ended by themselves. */
export async function sweepSignedOut(store: ObjectStore, now: Date): Promise<void> {
  const past = []
  for await (const entry of store.list(FOLDER)) {
    const exp = Number.parseInt(/^signed-out\/([0-9a-z]+)-/.exec(entry.key)?.[1] ?? "", 36)
    // Clocks of instances may differ.
    if (exp + 600 < now.getTime() / 1000) past.push(entry)
  }
  if (past.length > 0) await store.delete(past)
}
