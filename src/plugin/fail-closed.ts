import { applyEdits, modify, type ParseError, parseTree } from "jsonc-parser"
import { DEAD_ENDPOINT_URL, isDeadEndpoint, sharesElsewhereError } from "../config/dead-endpoint.ts"
import { type Enterprise, resolveEnterprise, substituteVariables } from "../config/enterprise.ts"
import { openConfiguration } from "../config/opencode.ts"
import { openCodeConfigFolder, systemEnvironment } from "../config/paths.ts"
import type { ShareError } from "../errors.ts"
import { processSingleton } from "./process-singleton.ts"

/** Keeps OpenCode from sharing with any server but the plugin, for one project's folder. */
export interface FailClosed {
  /** @param url `enterprise.url` as resolved by OpenCode, before the plugin replaces it */
  resolved(url: string | undefined): void
  /**
   * Why sharing is blocked: without the plugin's config hook, OpenCode would use another server. Undefined if it would
   * use the dead endpoint. Never throws.
   */
  objection(): ShareError | undefined
  /** Sets the dead endpoint for this process if the configuration now names another server. Call before the hook is dropped. */
  close(): void
}

/**
 * OpenCode 1.x resolves `enterprise.url` for every request, and drops the plugin's config hook before its last sync
 * ("disposing instance"), which then goes to the server named on disk. So nothing new is shared unless that is the dead
 * endpoint. For existing shares, `OPENCODE_CONFIG_CONTENT` is set to the dead endpoint: OpenCode rereads it every time,
 * and only an administrator's file takes precedence.
 */
export function failClosed(folder: string): FailClosed {
  const content = processSingleton("content of the environment", () => ({ before: contentNow(), isClosed: false }))
  let start: { url: string | undefined; onDisk: string | undefined } | undefined

  const onDisk = (): Enterprise => {
    const system = systemEnvironment()
    return resolveEnterprise(
      { ...system, env: content.isClosed ? { ...system.env, OPENCODE_CONFIG_CONTENT: content.before } : system.env },
      folder,
    )
  }

  function look(): Enterprise {
    const now = onDisk()
    // OpenCode also resolves sources that are not on disk; once a file changes, the file wins.
    return start && now.url === start.onDisk ? { ...now, url: start.url } : now
  }

  function objection(): ShareError | undefined {
    try {
      const found = look()
      return isDeadEndpoint(found.url) ? undefined : sharesElsewhereError(found, pluginFile(folder))
    } catch (error) {
      return error as ShareError
    }
  }

  function close(): void {
    if (content.isClosed || !objection()) return
    content.before = contentNow()
    process.env["OPENCODE_CONFIG_CONTENT"] = closed(content.before, folder)
    content.isClosed = true
  }

  return {
    resolved(url) {
      try {
        const { url: read } = onDisk()
        start = { url: content.isClosed ? read : url, onDisk: read }
      } catch {
        start = undefined
      }
      close()
    },
    objection,
    close,
  }
}

const contentNow = () => process.env["OPENCODE_CONFIG_CONTENT"]

/** The same configuration with the dead endpoint. */
function closed(content: string | undefined, folder: string): string {
  const alone = JSON.stringify({ enterprise: { url: DEAD_ENDPOINT_URL } })
  if (!content?.trim()) return alone
  try {
    const text = parses(content) ? content : substituteVariables(content, folder, systemEnvironment())
    return applyEdits(text, modify(text, ["enterprise", "url"], DEAD_ENDPOINT_URL, {}))
  } catch {
    return alone
  }
}

function parses(text: string): boolean {
  const errors: ParseError[] = []
  parseTree(text, errors, { allowTrailingComma: true })
  return errors.length === 0
}

/** The file whose `plugin` list loads this package, or the user's own if none is found. */
function pluginFile(folder: string): string {
  const system = systemEnvironment()
  const entry = openConfiguration(system)
    .filesFor(folder)
    .findLast(({ isPlugin }) => isPlugin)
  return entry?.name ?? `${openCodeConfigFolder(system)}/opencode.json`
}
