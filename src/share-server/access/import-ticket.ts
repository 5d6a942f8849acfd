import { isShareId } from "../../share/share-id.ts"
import type { TokenCipher } from "./encrypted-token.ts"
import type { ReaderSession } from "./signed-out.ts"

const TICKET_SECONDS = 600

/** Permission to download one share without a cookie. */
export interface ImportTicket {
  id: string
  /** Name of the reader who requested it, for the log. */
  name: string
  /** The sign-in that it ends with. */
  session?: ReaderSession | undefined
}

// OpenCode accepts letters, digits, hyphens and underscores in a link's last segment, and no dots.
export async function encryptTicket(cipher: TokenCipher, ticket: ImportTicket): Promise<string> {
  return Buffer.from(await cipher.encrypt("import", ticket, TICKET_SECONDS)).toString("base64url")
}

/** Returns the ticket; undefined if it is invalid or has expired. */
export async function decryptTicket(cipher: TokenCipher, text: string): Promise<ImportTicket | undefined> {
  const { id, name, session } = (await cipher.decrypt("import", Buffer.from(text, "base64url").toString())) ?? {}
  if (typeof id !== "string" || !isShareId(id)) return undefined
  return { id, name: String(name), session: session as ReaderSession | undefined }
}
