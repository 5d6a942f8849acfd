import { jsonLogger } from "../share-server/log.ts"
import { serve } from "../share-server/serve.ts"
import { serverSettings } from "../share-server/settings.ts"
import type { Terminal } from "./terminal.ts"

export interface ServeFlags {
  config?: string
  listen?: string
  public?: boolean
}

/** `serve`: runs the share server until SIGINT or SIGTERM. Logs to stdout. */
export async function serveCommand({ config, ...flags }: ServeFlags, terminal: Terminal): Promise<void> {
  const settings = serverSettings(terminal.env, { file: config, flags })
  const running = await serve(
    settings,
    jsonLogger((line) => terminal.stdout.write(line)),
  )
  await new Promise<void>((resolve, reject) => {
    const end = () => void running.close().then(resolve, reject)
    process.once("SIGTERM", end)
    process.once("SIGINT", end)
  })
}
