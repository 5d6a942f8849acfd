import { isDeadEndpoint } from "../config/dead-endpoint.ts"
import { substituteVariables } from "../config/enterprise.ts"
import { readConfigFiles } from "../config/opencode.ts"
import type { SystemEnvironment } from "../config/paths.ts"
import { ShareError } from "../errors.ts"
import { assertConfidential } from "../import/fetch-limited.ts"

/**
 * The token that goes along with the request for a link: `--token`, or `OPENCODE_BUCKET_TOKEN` if the link is on the
 * server that this belongs to; undefined where none does.
 *
 * Throws `bad-settings` where it is not known which server that is, and `bad-usage` where a token would go over a network
 * in the clear.
 */
export function tokenFor(url: URL, flag: string | undefined, system: SystemEnvironment): string | undefined {
  if (flag !== undefined) {
    assertConfidential(url)
    return flag
  }
  const token = system.env["OPENCODE_BUCKET_TOKEN"]
  if (!token) return undefined
  const server = serverOf(system)
  if (!isOnServer(server, url)) return undefined
  assertConfidential(url)
  return token
}

/** The sentence for a reader whose token stayed behind, or undefined. */
export function tokenNotSent(url: URL, flag: string | undefined, system: SystemEnvironment): string | undefined {
  if (flag !== undefined || !system.env["OPENCODE_BUCKET_TOKEN"] || isOnServer(serverOf(system), url)) return undefined
  return `OPENCODE_BUCKET_TOKEN was not sent: it belongs to ${serverOf(system).host}.`
}

/** Where `OPENCODE_BUCKET_TOKEN` belongs: `OPENCODE_BUCKET_SERVER`, else the user's own `enterprise.url`, never a project's. */
function serverOf(system: SystemEnvironment): URL {
  const { env, home } = system
  const named = env["OPENCODE_BUCKET_SERVER"]
  if (named) {
    if (/^https?:\/\//i.test(named) && URL.canParse(named)) return new URL(named)
    throw new ShareError("bad-settings", "OPENCODE_BUCKET_SERVER is not an http(s) address.", {
      hint: "Set it to the server of OPENCODE_BUCKET_TOKEN, such as https://shares.corp.example.",
    })
  }
  const files = readConfigFiles(system).filter(({ from }) => from === "user")
  const own = files.findLast(({ enterprise }) => typeof enterprise === "string")?.enterprise
  const url = typeof own === "string" ? substituteVariables(own, home, { env, home }) : ""
  if (/^https?:\/\//i.test(url) && URL.canParse(url) && !isDeadEndpoint(url)) return new URL(url)
  throw new ShareError("bad-settings", "OPENCODE_BUCKET_TOKEN is set, but not the server that it belongs to.", {
    hint: "Set OPENCODE_BUCKET_SERVER to its address, such as https://shares.corp.example, or unset the token.",
  })
}

/** Whether an address is on a server, or below the path that is named of one. */
function isOnServer(server: URL, url: URL): boolean {
  const path = server.pathname.replace(/\/ocb_[^/]+\/?$/, "").replace(/\/+$/, "")
  return url.origin === server.origin && url.pathname.startsWith(`${path}/`)
}
