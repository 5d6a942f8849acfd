import { isDeadEndpoint } from "../config/dead-endpoint.ts"
import { substituteVariables } from "../config/enterprise.ts"
import { openConfiguration } from "../config/opencode.ts"
import type { SystemEnvironment } from "../config/paths.ts"
import { ShareError } from "../errors.ts"
import { assertConfidential } from "../import/fetch-limited.ts"

/**
 * The token to send with the request for a link: `--token`, or `OPENCODE_BUCKET_TOKEN` if the link is on the server
 * it belongs to; undefined otherwise.
 *
 * Throws `bad-settings` if the token's server is unknown, and `bad-usage` if the token would be sent unencrypted over a
 * network.
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

/** Explains that `OPENCODE_BUCKET_TOKEN` was not sent because it belongs to another server; otherwise undefined. */
export function tokenNotSent(url: URL, flag: string | undefined, system: SystemEnvironment): string | undefined {
  if (flag !== undefined || !system.env["OPENCODE_BUCKET_TOKEN"] || isOnServer(serverOf(system), url)) return undefined
  return `OPENCODE_BUCKET_TOKEN was not sent: it belongs to ${serverOf(system).host}.`
}

/** Server of `OPENCODE_BUCKET_TOKEN`: `OPENCODE_BUCKET_SERVER`, or the user's own `enterprise.url`, never a project's. */
function serverOf(system: SystemEnvironment): URL {
  const { env, home } = system
  const named = env["OPENCODE_BUCKET_SERVER"]
  if (named) {
    if (/^https?:\/\//i.test(named) && URL.canParse(named)) return new URL(named)
    throw new ShareError("bad-settings", "OPENCODE_BUCKET_SERVER is not an http(s) URL.", {
      hint: "Set it to the URL of the server that issued OPENCODE_BUCKET_TOKEN, such as https://shares.corp.example.",
    })
  }
  const files = openConfiguration(system)
    .filesFor()
    .filter(({ from }) => from === "user")
  const own = files.findLast(({ enterprise }) => typeof enterprise === "string")?.enterprise
  const url = typeof own === "string" ? substituteVariables(own, home, { env, home }) : ""
  if (/^https?:\/\//i.test(url) && URL.canParse(url) && !isDeadEndpoint(url)) return new URL(url)
  throw new ShareError("bad-settings", "OPENCODE_BUCKET_TOKEN is set, but its server is unknown.", {
    hint: "Set OPENCODE_BUCKET_SERVER to the server's URL, such as https://shares.corp.example, or unset the token.",
  })
}

/** Whether a URL is on a server and below its path. */
function isOnServer(server: URL, url: URL): boolean {
  const path = server.pathname.replace(/\/ocb_[^/]+\/?$/, "").replace(/\/+$/, "")
  return url.origin === server.origin && url.pathname.startsWith(`${path}/`)
}
