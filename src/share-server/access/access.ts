import type { Context, Hono } from "hono"
import type { ReaderSession } from "./signed-out.ts"

/** A person or machine that is allowed to read shares. */
export interface Reader {
  /** Shown in the log: an e-mail address, a subject, or `anyone`. */
  name: string
  /** Verified e-mail address, in lower case. Shares of publish tokens with this owner belong to the reader. */
  email?: string | undefined
  /** Whether the reader may see, unshare and revoke what others have. */
  isAdmin: boolean
  /** The reader's sign-in session; undefined where the server does not sign readers in. */
  session?: ReaderSession
}

/** Decides who may read the shares of a server. */
export interface Access {
  /** Authenticates a request; undefined if the sender may not read. Throws what the store throws. */
  reader(context: Context): Promise<Reader | undefined>
  /** Whether a session was ended: by signing out, or since its person has left. */
  isSignedOut?(session: ReaderSession): Promise<boolean>
  /** URL to send a browser to for signing in; undefined if readers cannot sign in here. */
  signInUrl(returnTo: string): string | undefined
  /** Routes for signing in and out, below `/auth/`. */
  routes?: Hono
  /** Readiness check: throws if sign-in is not possible at the moment. */
  checkReady(): Promise<void>
}

/** Lets everyone who reaches the server read; for internal networks. */
export const publicAccess: Access = {
  reader: async () => ({ name: "anyone", isAdmin: false }),
  signInUrl: () => undefined,
  checkReady: async () => {},
}
