import { type ChildProcess, execFile, spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { copyFile, mkdir, symlink, writeFile } from "node:fs/promises"
import { arch, platform } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

const execute = promisify(execFile)
const opencodeVersion = "1.18.33"

/** Folder of what is installed for the tests, on first use: 185 MB of the client, 64 MB of its plugin package. */
const installed = fileURLToPath(new URL(`../../.cache/opencode-${opencodeVersion}/`, import.meta.url))
const pluginPackage = join(installed, "config")

/** Path of the real client: `OPENCODE_BIN`, or the one from the npm registry, installed on first use. */
export async function opencodeBinary(): Promise<string> {
  const own = process.env["OPENCODE_BIN"]
  if (own) return own
  const system = platform() === "win32" ? "windows" : platform()
  const name = `opencode-${system}-${arch()}`
  const binary = join(installed, "node_modules", name, "bin", system === "windows" ? "opencode.exe" : "opencode")
  if (!existsSync(binary)) await install(installed, `${name}@${opencodeVersion}`, "--no-save")
  return binary
}

/** Installs, on first use, the package that OpenCode installs into each configuration folder when it starts. */
export async function installPluginPackage(): Promise<void> {
  if (!existsSync(join(pluginPackage, "node_modules")))
    await install(pluginPackage, `@opencode-ai/plugin@${opencodeVersion}`, "--save-exact")
}

async function install(folder: string, name: string, save: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const options = [save, "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", folder]
  await execute("npm", ["install", ...options, name], { shell: platform() === "win32" })
}

/** Without this, each new home costs five seconds of npm when the client starts. */
async function linkPluginPackage(config: string): Promise<void> {
  await installPluginPackage()
  await symlink(join(pluginPackage, "node_modules"), join(config, "node_modules"), "junction")
  for (const name of ["package.json", "package-lock.json"])
    await copyFile(join(pluginPackage, name), join(config, name))
}

interface Served {
  url: string
  pid: number
  close(signal?: NodeJS.Signals): Promise<void>
}

export interface OpencodeClient {
  readonly binary: string
  /** The client's whole environment. */
  readonly env: Record<string, string>
  /** Runs the client in `directory` and returns its stdout. Rejects if it fails. */
  run(directory: string, ...args: string[]): Promise<string>
  /**
   * Starts `opencode serve` in `directory` with the variables `more`; returns its address and a function that ends it.
   */
  serve(directory: string, more?: Record<string, string>): Promise<Served>
}

/** A client with its own home, whose only model is the stub at `modelURL`, named `provider/model`. */
export async function opencodeClient(home: string, modelURL: string, model = "stub/stub-1"): Promise<OpencodeClient> {
  const binary = await opencodeBinary()
  const config = join(home, ".config", "opencode")
  await mkdir(config, { recursive: true })
  await linkPluginPackage(config)
  await writeFile(join(config, "opencode.json"), JSON.stringify(settings(modelURL, model), null, 2))
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    OPENCODE_DISABLE_AUTOUPDATE: "1",
    OPENCODE_DISABLE_MODELS_FETCH: "1",
    GIT_CONFIG_GLOBAL: join(home, ".gitconfig"),
  }
  return {
    binary,
    env,
    run: (directory, ...args) => run(binary, args, directory, env),
    serve: (directory, more) => serve(binary, directory, { ...env, ...more }),
  }
}

async function run(binary: string, args: string[], cwd: string, env: Record<string, string>): Promise<string> {
  const running = execute(binary, args, { cwd, env, maxBuffer: 1 << 28, timeout: 120_000 })
  // With an open pipe on stdin, `opencode run` waits for the rest of its prompt.
  running.child.stdin?.end()
  return (await running).stdout
}

async function serve(binary: string, cwd: string, env: Record<string, string>): Promise<Served> {
  const child = spawn(binary, ["serve", "--hostname", "127.0.0.1", "--port", "0"], {
    cwd,
    env,
    stdio: ["ignore", "pipe", "ignore"],
  })
  const url = await listening(child)
  return {
    url,
    pid: child.pid!,
    close: (signal) =>
      new Promise<void>((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve()
        child.once("exit", () => resolve())
        child.kill(signal)
      }),
  }
}

function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ""
    child.stdout?.on("data", (chunk: Buffer) => {
      said += chunk.toString()
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0]
      if (url) resolve(url)
    })
    child.once("error", reject)
    child.once("exit", (code) => reject(new Error(`opencode serve ended with ${code}: ${said}`)))
  })
}

function settings(baseURL: string, model: string) {
  const [provider, name] = model.split("/") as [string, string]
  const tools = { reasoning: true, tool_call: true, attachment: true, limit: { context: 200_000, output: 8_000 } }
  const cost = { input: 3, output: 15, cache_read: 0.3, cache_write: 3.75 }
  return {
    $schema: "https://opencode.ai/config.json",
    model,
    small_model: model,
    autoupdate: false,
    share: "manual",
    permission: { "*": "allow" },
    provider: {
      [provider]: {
        npm: "@ai-sdk/openai-compatible",
        name: provider,
        options: { baseURL, apiKey: "none" },
        models: { [name]: { name, ...tools, cost } },
      },
    },
  }
}
