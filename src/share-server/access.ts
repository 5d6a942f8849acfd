import type { Context, Hono } from "hono"
import type { ReaderSession } from "./signed-out.ts"

/** Somebody who may read. */
export interface Reader {
  /** For the log: an address, a subject, `anyone`. */
  name: string
  /** The e-mail address, where it is known to be theirs: what makes shares their own. */
  email?: string | undefined
  /** What they have signed in with, where they sign in here. */
  session?: ReaderSession
}

/** Who may read the shares of a server. */
export interface Access {
  /** Who is asking, if they may read. Throws what the store throws. */
  reader(context: Context): Promise<Reader | undefined>
  /** Whether a session that was good has ended since. */
  isSignedOut?(session: ReaderSession): Promise<boolean>
  /** Where a browser goes to become somebody who may; undefined where there is no such place. */
  signInUrl(returnTo: string): string | undefined
  /** Adds what signing in and out needs. */
  addRoutes?(app: Hono): void
  /** Throws if nobody could sign in at the moment. */
  checkReady(): Promise<void>
}

/** Everybody who reaches the server may read: for an internal network. */
export const publicAccess: Access = {
  reader: async () => ({ name: "anyone" }),
  signInUrl: () => undefined,
  checkReady: async () => {},
}

/**
 * Trusts a header that a reverse proxy sets, which has its users sign in: from the proxy's own addresses only, and never
 * from anybody else.
 * @param addressOf the address that a request came from, by its connection
 */
export function proxyAccess(
  { header, proxies }: { header: string; proxies: readonly string[] },
  addressOf: (context: Context) => string | undefined,
): Access {
  return {
    async reader(context) {
      const address = addressOf(context)?.replace(/^::ffff:/, "")
      const name = context.req.header(header)?.trim()
      if (address === undefined || !proxies.includes(address) || !name || name.length > 300) return undefined
      return { name, ...(name.includes("@") && { email: name.toLowerCase() }) }
    },
    signInUrl: () => undefined,
    checkReady: async () => {},
  }
}
