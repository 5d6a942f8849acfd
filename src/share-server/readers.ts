/** Which of those who can sign in may read. */
export interface ReaderRules {
  /** Everyone that the issuer signs in. */
  everyone?: boolean | undefined
  /** Domains of e-mail addresses, as they stand behind the @. */
  domains?: readonly string[] | undefined
  /** Claims of the ID token, each with the values of which one is enough: `{groups: ["engineering"]}`. */
  claims?: Readonly<Record<string, readonly string[]>> | undefined
  /**
   * Believe e-mail addresses that the issuer does not call verified. Only for issuers whose users cannot choose theirs:
   * elsewhere, anybody could take an address of somebody else's.
   */
  trustEmail?: boolean | undefined
}

export type Claims = Readonly<Record<string, unknown>>

/** Whether somebody with these claims may read: one rule that holds is enough. */
export function mayRead(claims: Claims, rules: ReaderRules): boolean {
  if (rules.everyone) return true
  const email = emailOf(claims, rules)
  const domain = email?.slice(email.lastIndexOf("@") + 1)
  if (domain !== undefined && rules.domains?.some((one) => one.toLowerCase() === domain)) return true
  return Object.entries(rules.claims ?? {}).some(([name, wanted]) => {
    const given = Object.hasOwn(claims, name) ? claims[name] : undefined
    return (Array.isArray(given) ? given : [given]).some((one) => typeof one === "string" && wanted.includes(one))
  })
}

/** The e-mail address in lower case, if it is known to be theirs. */
export function emailOf({ email, email_verified: verified }: Claims, { trustEmail }: ReaderRules): string | undefined {
  if (typeof email !== "string" || !/^[^@\s]+@[^@\s]+$/.test(email)) return undefined
  return verified === true || trustEmail ? email.toLowerCase() : undefined
}
