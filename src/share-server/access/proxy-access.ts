import type { Context } from "hono"
import type { Access } from "./access.ts"
import { includesEmail } from "./access-rules.ts"
import { addressRanges } from "./address-ranges.ts"

/**
 * Trusts a header that an authenticating reverse proxy sets, if the request comes from one of the proxy's own
 * addresses.
 * @param proxies addresses and ranges: `10.0.0.0/8`
 * @param admins e-mail addresses of administrators
 * @param addressOf returns the remote address of a request's connection
 */
export function proxyAccess(
  { header, proxies, admins = [] }: { header: string; proxies: readonly string[]; admins?: readonly string[] },
  addressOf: (context: Context) => string | undefined,
): Access {
  const ranges = addressRanges(proxies)
  return {
    async reader(context) {
      const address = addressOf(context)
      const name = context.req.header(header)?.trim()
      if (address === undefined || !ranges.includes(address) || !name || name.length > 300) return undefined
      return { name, isAdmin: includesEmail(admins, name), ...(name.includes("@") && { email: name.toLowerCase() }) }
    },
    signInUrl: () => undefined,
    checkReady: async () => {},
  }
}
