import { ShareError } from "../errors.ts"
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
  const log = jsonLogger((line) => terminal.stdout.write(line))
  const running = await serve(settings, log).catch((error: unknown) => {
    throw listenError(error) ?? error
  })
  await new Promise<void>((resolve, reject) => {
    const end = () => void running.close().then(resolve, reject)
    process.once("SIGTERM", end)
    process.once("SIGINT", end)
  })
}

/** The error for an address on which the server cannot listen; undefined for other errors. */
function listenError(error: unknown): ShareError | undefined {
  const { code, syscall, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number }
  if (syscall !== "listen") return undefined
  const reason =
    code === "EADDRINUSE" ? "another program uses this port" : code === "EACCES" ? "permission denied" : String(code)
  return new ShareError("bad-settings", `Cannot listen on ${address}:${port}: ${reason}.`, {
    hint: "Choose another address or port: --listen 127.0.0.1:8081",
    cause: error,
  })
}
