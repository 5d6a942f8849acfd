import { existsSync, readFileSync, realpathSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { getNodeValue, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser"
import { ShareError } from "../errors.ts"
import { isFields } from "../session/read-json.ts"
import { openCodeConfigFolder, openCodeManagedFolder, type SystemEnvironment } from "./paths.ts"

/** Share-related contents of an OpenCode configuration file. */
export interface ConfigFile {
  /** The file's path, or `OPENCODE_CONFIG_CONTENT`. */
  name: string
  /** `user`: set by the user or administrator of this machine; `project`: part of the project, so possibly untrusted. */
  from: "user" | "project"
  share: unknown
  /** `enterprise.url`, if the file sets it. */
  enterprise: unknown
  /** Whether this package is in the file's `plugin` list, or in its `plugins` list of OpenCode 2. */
  isPlugin: boolean
  /** The options of this package in that list. */
  options: Record<string, unknown> | undefined
  /** Lists that name this package. OpenCode 2 fails to load a plugin that both name. */
  listedIn: ("plugin" | "plugins")[]
  /** Whether an administrator's or user's policy of OpenCode 2 allows this package; undefined if none is about it. */
  isAllowed: boolean | undefined
}

/** OpenCode's configuration files, each read once. */
export interface Configuration {
  /**
   * Every file that applies to a folder (default: the working directory), lowest precedence first. Throws `bad-settings`
   * for a file that cannot be read or parsed, since it could say `disabled`.
   */
  filesFor(folder?: string): ConfigFile[]
}

/** Reads OpenCode's configuration when it is asked for. A command opens one, so that all of it sees the same files. */
export function openConfiguration(system: SystemEnvironment): Configuration {
  const read = new Map<string, ConfigFile | undefined>()
  const readOnce = ({ name, from }: ConfigPlace): ConfigFile | undefined => {
    const key = `${from} ${name}`
    if (!read.has(key)) {
      const text = name === CONTENT_VARIABLE ? system.env[name] : readText(name)
      read.set(key, text === undefined ? undefined : parseConfigFile(name, from, text))
    }
    return read.get(key)
  }
  return {
    filesFor: (folder = system.cwd) => placesFor(folder, system).flatMap((place) => readOnce(place) ?? []),
  }
}

type ConfigPlace = Pick<ConfigFile, "name" | "from">

/** The variable whose text OpenCode reads like a file. */
const CONTENT_VARIABLE = "OPENCODE_CONFIG_CONTENT"

/**
 * Candidate configuration files of a folder, lowest precedence first: user-wide (`~/.opencode` as well), `OPENCODE_CONFIG`,
 * the project's (from the repository's root, or without one from the file system's, down to the folder; beside each its
 * `.opencode`), `OPENCODE_CONFIG_DIR`, `OPENCODE_CONFIG_CONTENT`, and the administrator's.
 * The order is OpenCode's: https://opencode.ai/docs/config/#precedence-order
 */
function placesFor(folder: string, system: SystemEnvironment): ConfigPlace[] {
  const { env } = system
  const pair = (at: string) => ["opencode.json", "opencode.jsonc"].map((name) => path.join(at, name))
  const user = openCodeConfigFolder(system)
  const folders = projectFolders(folder)
  const project = [...folders, ...folders.map((each) => path.join(each, ".opencode"))].flatMap(pair)
  const from = (from: ConfigFile["from"], names: string[]) => names.map((name) => ({ name, from }))
  return [
    ...from("user", [path.join(user, "config.json"), ...pair(user), ...pair(path.join(system.home, ".opencode"))]),
    ...from("user", env["OPENCODE_CONFIG"] ? [path.resolve(system.cwd, env["OPENCODE_CONFIG"])] : []),
    ...from("project", project),
    ...from("user", env["OPENCODE_CONFIG_DIR"] ? pair(path.resolve(system.cwd, env["OPENCODE_CONFIG_DIR"])) : []),
    ...from("user", env[CONTENT_VARIABLE] ? [CONTENT_VARIABLE] : []),
    ...from("user", pair(openCodeManagedFolder(system))),
  ]
}

/** Reads one configuration file; undefined if it does not exist. Throws `bad-settings`. */
export function readConfigFile(name: string, from: ConfigFile["from"]): ConfigFile | undefined {
  const text = readText(name)
  return text === undefined ? undefined : parseConfigFile(name, from, text)
}

/** The folders from the repository's root (with `.git`), or else the file system's root, down to this one. */
export function projectFolders(folder: string): string[] {
  const chain: string[] = []
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    chain.unshift(at)
    if (existsSync(path.join(at, ".git")) || at === path.dirname(at)) return chain
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").replace(/^\uFEFF/, "")
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === "ENOENT" || code === "ENOTDIR") return undefined
    throw new ShareError(
      "bad-settings",
      `${file} cannot be read (${code}), so it is unknown whether it allows sharing.`,
      {
        hint: "Make the file readable or remove it.",
        cause,
      },
    )
  }
}

function parseConfigFile(name: string, from: ConfigFile["from"], text: string): ConfigFile {
  const errors: ParseError[] = []
  const tree = parseTree(text, errors, { allowTrailingComma: true })
  const [error] = errors
  if (error) {
    const line = text.slice(0, error.offset).split("\n").length
    throw new ShareError(
      "bad-settings",
      `${name} is not valid JSON: ${printParseErrorCode(error.error)} on line ${line}.`,
      {
        hint: "Sharing is blocked until the file is fixed.",
      },
    )
  }
  const config: unknown = tree && getNodeValue(tree)
  if (!isFields(config))
    throw new ShareError("bad-settings", `${name} is not an OpenCode configuration: expected a JSON object.`, {
      hint: "Sharing is blocked until the file is fixed.",
    })
  const lists = (["plugin", "plugins"] as const).map((key) => ({ key, own: ownEntries(config[key], name) }))
  const own = lists.flatMap((list) => list.own)
  const enterprise = isFields(config["enterprise"]) ? config["enterprise"]["url"] : undefined
  return {
    ...{ name, from, share: config["share"], enterprise },
    isPlugin: own.length > 0,
    options: own.findLast(({ options }) => options !== undefined)?.options,
    listedIn: lists.flatMap(({ key, own }) => (own.length > 0 ? [key] : [])),
    isAllowed: policyFor(config["policies"]),
  }
}

/** Entries of this package: `"name"`, `["name", options]`, or `{ "package": "name", "options": … }` of OpenCode 2. */
function ownEntries(list: unknown, file: string): { options: Record<string, unknown> | undefined }[] {
  return (Array.isArray(list) ? list : []).flatMap((item: unknown) => {
    const [named, options] = Array.isArray(item) ? item : isFields(item) ? [item["package"], item["options"]] : [item]
    return isThisPackage(named, file) ? [{ options: isFields(options) ? options : undefined }] : []
  })
}

/** Whether the policies of OpenCode 2 allow this package: the last that is about it decides. */
function policyFor(policies: unknown): boolean | undefined {
  const about = (Array.isArray(policies) ? policies : []).findLast(
    (policy: unknown) =>
      isFields(policy) &&
      policy["action"] === "plugin.use" &&
      /^(?:\*|opencode-bucket(?:@.*)?|opencode-bucket\*)$/.test(String(policy["resource"])),
  ) as Record<string, unknown> | undefined
  return about === undefined ? undefined : about["effect"] !== "deny"
}

/** Whether a plugin entry in `opencode.json` refers to this package: by name, with a version, or by its folder. */
export function isThisPackage(plugin: unknown, configFile: string): boolean {
  if (typeof plugin !== "string") return false
  if (plugin === "opencode-bucket" || plugin.startsWith("opencode-bucket@")) return true
  if (!/^(?:file:|\.{0,2}[/\\]|[A-Za-z]:[/\\])/.test(plugin)) return false
  try {
    const folder = plugin.startsWith("file:") ? fileURLToPath(plugin) : path.resolve(path.dirname(configFile), plugin)
    const manifest: { name?: unknown } = JSON.parse(
      readFileSync(path.join(realpathSync(folder), "package.json"), "utf8"),
    )
    return manifest.name === "opencode-bucket"
  } catch {
    return false
  }
}
