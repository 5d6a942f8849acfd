/** Rules that decide which signed-in users may read. One matching rule is enough. */
export interface ReaderRules {
  /** Everyone that the issuer signs in. */
  everyone?: boolean | undefined
  /** Domains of e-mail addresses: the text after the @. */
  domains?: readonly string[] | undefined
  /** Claims of the ID token with their accepted values; one match is enough: `{groups: ["engineering"]}`. */
  claims?: Readonly<Record<string, readonly string[]>> | undefined
  /**
   * Accept e-mail addresses that the issuer does not call verified. Only for issuers whose users cannot choose their
   * address: elsewhere, anyone could take the address of another person.
   */
  trustEmail?: boolean | undefined
}

export type Claims = Readonly<Record<string, unknown>>

/** Whether a user with these claims may read. */
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

/** E-mail address in lower case; undefined unless it is verified or trusted. */
export function emailOf({ email, email_verified: verified }: Claims, { trustEmail }: ReaderRules): string | undefined {
  if (typeof email !== "string" || !/^[^@\s]+@[^@\s]+$/.test(email)) return undefined
  return verified === true || trustEmail ? email.toLowerCase() : undefined
}
