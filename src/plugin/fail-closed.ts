import { applyEdits, modify, type ParseError, parseTree } from "jsonc-parser"
import { DEAD_ENDPOINT_URL, isDeadEndpoint, sharesElsewhereError } from "../config/dead-endpoint.ts"
import { type Enterprise, resolveEnterprise, substituteVariables } from "../config/enterprise.ts"
import { readConfigFiles } from "../config/opencode.ts"
import { openCodeConfigFolder, systemEnvironment } from "../config/paths.ts"
import type { ShareError } from "../errors.ts"
import { processSingleton } from "./process-singleton.ts"

/** Keeps OpenCode from sharing with any other server than the plugin, for one project's folder. */
export interface FailClosed {
  /** @param url `enterprise.url` as OpenCode has resolved it, before the plugin's address takes its place */
  resolved(url: string | undefined): void
  /**
   * Why nothing may be shared: without the plugin's config hook, the configuration leads to another server. Undefined
   * where it leads nowhere. Never throws.
   */
  objection(): ShareError | undefined
  /** Closes this process if the configuration has come to lead elsewhere. To be called before the hook is gone. */
  close(): void
}

/**
 * OpenCode 1.x resolves `enterprise.url` with every request, and drops the plugin's config hook before it has sent the last
 * of what it shares: "disposing instance", then a sync to wherever the configuration on disk leads. So nothing new is
 * shared unless that is nowhere. For sessions that are shared already, `OPENCODE_CONFIG_CONTENT` leads nowhere from then
 * on: OpenCode reads it anew each time, and only an administrator's file takes precedence.
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
    // OpenCode knows sources that are not on disk; a file that has changed since is what it resolves next.
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

/** The same configuration, which leads nowhere. */
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

/** The file whose `plugin` list loads this package; the user's own where none is found. */
function pluginFile(folder: string): string {
  const system = systemEnvironment()
  const entry = readConfigFiles(system, folder).findLast(({ isPlugin }) => isPlugin)
  return entry?.name ?? `${openCodeConfigFolder(system)}/opencode.json`
}
