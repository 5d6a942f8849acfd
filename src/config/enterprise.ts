import { existsSync, readFileSync } from "node:fs"
import path from "node:path"
import { getNodeValue, type ParseError, parseTree } from "jsonc-parser"
import { ShareError } from "../errors.ts"
import { projectFolders } from "./opencode.ts"
import { openCodeConfigFolder, openCodeManagedFolder, type SystemEnvironment } from "./paths.ts"

/** OpenCode's share server according to its configuration. */
export interface Enterprise {
  /** `enterprise.url`; undefined means OpenCode's public service. */
  url: string | undefined
  /** The file that sets it, or `OPENCODE_CONFIG_CONTENT`. */
  name: string | undefined
}

/**
 * Resolves `enterprise.url` as OpenCode 1.18 does before any plugin's hook: the same files in the same order, with
 * `{env:NAME}` and `{file:path}` substituted in their text. If one of the user's files does not parse, all of them
 * count as empty, as in OpenCode. Remote sources (`.well-known/opencode`, an organisation, a macOS profile) are unknown
 * here.
 *
 * Throws `bad-settings` for any other file that cannot be read or parsed: OpenCode does not start with it.
 */
export function resolveEnterprise(system: SystemEnvironment, folder = system.cwd): Enterprise {
  const { env } = system
  const user = openCodeConfigFolder(system)
  let found: Enterprise = { url: undefined, name: undefined }
  const set = (name: string, url: string | undefined) => {
    if (url !== undefined) found = { url, name }
  }
  const read = (...names: string[]) => {
    for (const name of names) set(name, urlIn(name, system))
  }

  try {
    read(...["config.json", "opencode.json", "opencode.jsonc"].map((name) => path.join(user, name)))
  } catch {
    found = { url: undefined, name: undefined }
  }
  if (env["OPENCODE_CONFIG"]) read(path.resolve(system.cwd, env["OPENCODE_CONFIG"]))
  const folders = isSet(env["OPENCODE_DISABLE_PROJECT_CONFIG"]) ? [] : projectFolders(folder)
  for (const each of folders) read(...pair(each))
  // Unlike the project's own files, `.opencode` folders are read from the innermost outwards.
  const beside = [...folders.toReversed(), system.home].map((each) => path.join(each, ".opencode"))
  for (const each of new Set(beside)) read(...pair(each))
  if (env["OPENCODE_CONFIG_DIR"]) read(...pair(path.resolve(system.cwd, env["OPENCODE_CONFIG_DIR"])))
  const content = env["OPENCODE_CONFIG_CONTENT"]
  if (content)
    set("OPENCODE_CONFIG_CONTENT", urlOf(substituteVariables(content, folder, system), "OPENCODE_CONFIG_CONTENT"))
  read(...pair(openCodeManagedFolder(system)))
  return found
}

const pair = (folder: string) => ["opencode.json", "opencode.jsonc"].map((name) => path.join(folder, name))

const isSet = (value: string | undefined) => ["1", "true"].includes(value?.toLowerCase() ?? "")

function urlIn(file: string, system: SystemEnvironment): string | undefined {
  if (!existsSync(file)) return undefined
  let text: string
  try {
    text = readFileSync(file, "utf8").replace(/^\uFEFF/, "")
  } catch (cause) {
    throw unreadable(file, cause)
  }
  return urlOf(substituteVariables(text, path.dirname(file), system), file)
}

function urlOf(text: string, name: string): string | undefined {
  if (text.trim() === "") return undefined
  const errors: ParseError[] = []
  const tree = parseTree(text, errors, { allowTrailingComma: true })
  if (errors.length > 0) throw unreadable(name)
  const config: { enterprise?: { url?: unknown } } | null | undefined = tree && getNodeValue(tree)
  const url = config?.enterprise?.url
  return typeof url === "string" ? url : undefined
}

/** Substitutes `{env:NAME}` and `{file:path}` in a configuration's text, as OpenCode does before parsing. */
export function substituteVariables(
  text: string,
  folder: string,
  { env, home }: Pick<SystemEnvironment, "env" | "home">,
): string {
  const withVariables = text.replace(/\{env:([^}]+)\}/g, (_, name: string) => env[name] || "")
  return withVariables.replace(/\{file:([^}]+)\}/g, (token, named: string, at: number) => {
    const line = withVariables.slice(withVariables.lastIndexOf("\n", at - 1) + 1, at)
    if (line.trimStart().startsWith("//")) return token
    const file = path.resolve(
      folder,
      named.replace(/^~(?=\/)/, () => home),
    )
    try {
      return JSON.stringify(readFileSync(file, "utf8").trim()).slice(1, -1)
    } catch (cause) {
      throw unreadable(file, cause)
    }
  })
}

const unreadable = (name: string, cause?: unknown) =>
  new ShareError("bad-settings", `${name} cannot be read, so the server OpenCode shares with is unknown.`, {
    hint: "Fix the file or remove it.",
    cause,
  })
