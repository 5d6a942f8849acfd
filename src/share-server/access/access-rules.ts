/** Rules that decide which signed-in users may read, or administer. One matching rule is enough. */
export interface AccessRules {
  /** Everyone that the issuer signs in. */
  everyone?: boolean | undefined
  /** E-mail addresses. */
  emails?: readonly string[] | undefined
  /** Domains of e-mail addresses: the text after the @. */
  domains?: readonly string[] | undefined
  /**
   * Claims of the ID token with their accepted values; one match is enough: `{groups: ["engineering"]}`. A name may be a
   * path: `realm_access.roles`.
   */
  claims?: Readonly<Record<string, readonly string[]>> | undefined
  /**
   * Accept e-mail addresses that the issuer does not call verified. Only for issuers whose users cannot choose their
   * address: elsewhere, anyone could take the address of another person.
   */
  trustEmail?: boolean | undefined
}

export type Claims = Readonly<Record<string, unknown>>

/** Whether one of the rules matches a user with these claims. */
export function matchesRules(claims: Claims, rules: AccessRules): boolean {
  if (rules.everyone) return true
  const email = emailOf(claims, rules)
  if (email !== undefined && includesEmail(rules.emails ?? [], email)) return true
  const domain = email?.slice(email.lastIndexOf("@") + 1)
  if (domain !== undefined && rules.domains?.some((one) => one.toLowerCase() === domain)) return true
  return Object.entries(rules.claims ?? {}).some(([name, wanted]) =>
    claimValues(claims, name).some((value) => wanted.includes(value)),
  )
}

/** Whether a list has an e-mail address, in lower or upper case. */
export const includesEmail = (emails: readonly string[], email: string): boolean =>
  emails.some((one) => one.toLowerCase() === email.toLowerCase())

/** Text values of a claim. A name that is no claim itself is read as a path with dots. */
function claimValues(claims: Claims, name: string): string[] {
  const value = Object.hasOwn(claims, name) ? claims[name] : valueAt(claims, name.split("."))
  return (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === "string")
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  for (const name of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as Record<string, unknown>)[name]
  }
  return value
}

/**
 * Whether a rule needs groups that Microsoft Entra ID left out: of users with more than 200, a token has a reference
 * instead of the groups ("groups overage").
 */
export function hasTooManyGroups(claims: Claims, { claims: wanted = {} }: AccessRules): boolean {
  const names = valueAt(claims, ["_claim_names"])
  return Object.keys(wanted).some(
    (name) => valueAt(names, [name]) !== undefined || (name === "groups" && claims["hasgroups"] === true),
  )
}

/** E-mail address in lower case; undefined unless it is verified or trusted. */
export function emailOf({ email, email_verified: verified }: Claims, { trustEmail }: AccessRules): string | undefined {
  if (typeof email !== "string" || !/^[^@\s]+@[^@\s]+$/.test(email)) return undefined
  return verified === true || trustEmail ? email.toLowerCase() : undefined
}
