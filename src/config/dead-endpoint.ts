import { ShareError } from "../errors.ts"
import type { Enterprise } from "./enterprise.ts"

/**
 * An address of OpenCode's `enterprise.url` at which nobody answers. OpenCode sends what it shares to its public service
 * where none is set, so this one stands there for when it cannot load the plugin; the plugin puts its own in its place.
 */
export const DEAD_ENDPOINT_URL = "http://127.0.0.1:9/opencode-bucket-is-not-there"

/** The line that belongs beside the `plugin` line. */
export const DEAD_ENDPOINT_LINE = `"enterprise": { "url": "${DEAD_ENDPOINT_URL}" }`

/**
 * Whether nobody answers at an address of `enterprise.url`. Any port of loopback but this one may belong to a program,
 * and only 127.0.0.1 is exempt from proxies while the plugin runs.
 */
export const isDeadEndpoint = (url: string | undefined): boolean =>
  url !== undefined && URL.canParse(url) && new URL(url).origin === new URL(DEAD_ENDPOINT_URL).origin

/**
 * Says that OpenCode shares with another server where the plugin's config hook does not apply, and what to write.
 * @param pluginFile the file whose `plugin` list loads this package
 */
export function sharesElsewhereError({ url, name }: Enterprise, pluginFile: string): ShareError {
  const when = "Without this package, and while it ends, OpenCode sends shared sessions to"
  if (url === undefined)
    return new ShareError("bad-settings", `${when} its public service (opncd.ai).`, {
      hint: `Add ${DEAD_ENDPOINT_LINE} to ${pluginFile}, beside the "plugin" line, and start OpenCode again; opencode-bucket init writes both.`,
    })
  return new ShareError("bad-settings", `${when} ${hostOf(url)} ("enterprise" in ${name ?? "its configuration"}).`, {
    hint: `Write ${DEAD_ENDPOINT_LINE} there to share with your bucket, or remove the "plugin" line to share with that server; then start OpenCode again.`,
  })
}

/** Without its path: the address of a share server carries a publish token. */
const hostOf = (url: string): string => (URL.canParse(url) && new URL(url).host) || "another server"
