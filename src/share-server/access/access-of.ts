import { getConnInfo } from "@hono/node-server/conninfo"
import type { ServerSettings } from "../settings.ts"
import { type Access, publicAccess } from "./access.ts"
import { proxyAccess } from "./proxy-access.ts"
import type { SignInOptions } from "./sign-in.ts"

/** Returns who may read, by the settings. */
export async function accessOf(
  settings: ServerSettings,
  shared: Pick<SignInOptions, "tokenCipher" | "store" | "log">,
): Promise<Access> {
  const { issuer, clientId = "", clientSecret = "", proxyHeader, proxyAddresses, admins } = settings
  if (settings.public) return publicAccess
  if (proxyHeader !== undefined)
    return proxyAccess(
      { header: proxyHeader, proxies: proxyAddresses, admins },
      (context) => getConnInfo(context).remote.address,
    )
  const { everyone, domains, claims, trustEmail, scope, publicUrl, sessionHours, contact, adminClaims } = settings
  const { signInAccess } = await import("./sign-in.ts")
  return signInAccess({
    ...shared,
    issuer: issuer!,
    clientId,
    clientSecret,
    scope,
    publicUrl,
    contact,
    rules: { everyone, domains, claims, trustEmail },
    adminRules: { emails: admins, ...(Object.keys(adminClaims).length > 0 && { claims: adminClaims }), trustEmail },
    sessionSeconds: sessionHours * 3600,
  })
}

/** Description of who may read, for the log. */
export const describeAccess = ({ public: isPublic, issuer, proxyHeader }: ServerSettings): string =>
  isPublic ? "everybody" : (issuer ?? `header ${proxyHeader}`)
