import { isOpencode2, opencodeVersion } from "../session/opencode-cli.ts"
import { version } from "../version.ts"
import { writeJson } from "./json.ts"
import type { Terminal } from "./terminal.ts"

/** `--version --json`: the versions of this package, of Node, and of OpenCode with its generation (1 or 2). */
export async function versionCommand(terminal: Terminal): Promise<void> {
  const found = await opencodeVersion(terminal.env).catch(() => undefined)
  const opencode = found === undefined ? null : { version: found, generation: isOpencode2(found) ? 2 : 1 }
  writeJson(terminal, { version, node: process.versions.node, opencode })
}
