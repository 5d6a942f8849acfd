import { createProgram } from "./cli/program.ts"
import { reportError } from "./cli/report-error.ts"
import { guardOutput } from "./commands/output.ts"
import type { Terminal } from "./commands/terminal.ts"
import { systemEnvironment } from "./config/paths.ts"
import { useProxies } from "./lib/proxies.ts"

const terminal: Terminal = {
  ...systemEnvironment(),
  stdin: process.stdin,
  stdout: guardOutput(process.stdout),
  stderr: guardOutput(process.stderr),
}
const isJson = process.argv.slice(2).includes("--json")
const report = (error: unknown) => reportError(error, terminal, { isJson })

// Node writes uncaught errors directly to the file descriptor, bypassing the guarded streams.
process.on("uncaughtException", (error) => process.exit(report(error)))
// A closed pipe (`| head`) is not an error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1))

try {
  await useProxies(process.env)
  const [first = ""] = process.argv.slice(2).filter((word) => word !== "--json")
  if (isJson && ["-v", "--version"].includes(first))
    await (await import("./commands/version.ts")).versionCommand(terminal)
  else await createProgram(terminal).parseAsync()
} catch (error) {
  process.exitCode = report(error)
}
