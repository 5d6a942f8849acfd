import { ShareError } from "../errors.ts"
import type { Enterprise } from "./enterprise.ts"

/**
 * Dead endpoint for OpenCode's `enterprise.url`: makes `/share` fail closed when the plugin is not loaded. Without any
 * URL, OpenCode shares with its public service. The plugin replaces it by its own URL at run time.
 */
export const DEAD_ENDPOINT_URL = "http://127.0.0.1:9/opencode-bucket-is-not-there"

/** Configuration line that belongs next to the `plugin` line. */
export const DEAD_ENDPOINT_LINE = `"enterprise": { "url": "${DEAD_ENDPOINT_URL}" }`

/**
 * Whether an `enterprise.url` is the dead endpoint. Only this port is accepted: other loopback ports may belong to a
 * program, and only 127.0.0.1 is exempt from proxies while the plugin runs.
 */
export const isDeadEndpoint = (url: string | undefined): boolean =>
  url !== undefined && URL.canParse(url) && new URL(url).origin === new URL(DEAD_ENDPOINT_URL).origin

/**
 * Error: OpenCode shares with another server whenever the plugin's config hook does not apply. The hint has the fix.
 * @param pluginFile the file whose `plugin` list loads this package
 */
export function sharesElsewhereError({ url, name }: Enterprise, pluginFile: string): ShareError {
  const when = "When this package is not loaded, or is shutting down, OpenCode sends shared sessions to"
  if (url === undefined)
    return new ShareError("bad-settings", `${when} its public service (opncd.ai).`, {
      hint: `Add ${DEAD_ENDPOINT_LINE} to ${pluginFile}, next to the "plugin" line, and restart OpenCode; opencode-bucket init writes both.`,
    })
  return new ShareError("bad-settings", `${when} ${hostOf(url)} ("enterprise" in ${name ?? "its configuration"}).`, {
    hint: `Write ${DEAD_ENDPOINT_LINE} there to share with your bucket, or remove the "plugin" line to share with that server; then restart OpenCode.`,
  })
}

/** The host only: the path of a share server's URL contains a publish token. */
const hostOf = (url: string): string => (URL.canParse(url) && new URL(url).host) || "another server"
