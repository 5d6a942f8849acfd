import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

/** Cost of the plugin to its host process, in milliseconds. */
export interface PluginCost {
  messages: number
  /** From import to the end of initialisation. */
  start: number
  /** Longest block of the event loop while a session was shared and updated. */
  held: number
  /** From the request for a share to its response. */
  share: number
  /** From the session becoming idle to its share being up to date; median. */
  update: number
}

const host = fileURLToPath(new URL("plugin-host.ts", import.meta.url))

/** Measures the built plugin in a new process that stands in for OpenCode. Throws if it fails. */
export function pluginCost(messages: number, env: NodeJS.ProcessEnv): PluginCost {
  const { status, stdout, stderr } = spawnSync(process.execPath, [host, String(messages), "5"], {
    env,
    encoding: "utf8",
  })
  if (status !== 0) throw new Error(`The plugin could not be measured: ${stderr}`)
  const { start, first, later } = JSON.parse(stdout)
  const took: number[] = later.map((each: { took: number }) => each.took).sort((a: number, b: number) => a - b)
  const held = Math.max(first.held, ...later.map((each: { held: number }) => each.held))
  return { messages, start, held, share: first.took, update: took[Math.floor(took.length / 2)]! }
}
