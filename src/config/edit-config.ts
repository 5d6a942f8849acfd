import { existsSync, readFileSync, statSync } from "node:fs"
import path from "node:path"
import { applyEdits, getNodeValue, type JSONPath, modify, type ParseError, parseTree } from "jsonc-parser"
import { ShareError } from "../errors.ts"
import { makeFolder } from "../lib/make-folder.ts"
import { replaceFile } from "../lib/output-target.ts"
import { DEAD_ENDPOINT_LINE, DEAD_ENDPOINT_URL, isDeadEndpoint } from "./dead-endpoint.ts"
import { isThisPackage } from "./opencode.ts"
import type { Settings } from "./schema.ts"

/**
 * Adds or replaces this package's entry in the `plugin` list of an `opencode.json`, with these settings as its options.
 * Keeps options that do not describe a destination, and everything else in the file, including comments; creates a missing file.
 * Returns the name of the package in that entry.
 * Throws `bad-settings` for a file that is not JSON or whose `plugin` is not a list, without changing it.
 */
export function writePluginEntry(file: string, settings: Settings): string {
  const { text, config, names } = parseConfig(file, "https://opencode.ai/config.json")
  const position = names.findIndex((name) => isThisPackage(name, file))
  const name = names[position] ?? "opencode-bucket"
  const isArrayInsertion = position < 0
  const options = { ...otherOptions(config["plugin"], position), ...settings }
  writeValue(file, text, ["plugin", isArrayInsertion ? names.length : position], [name, options], isArrayInsertion)
  return name
}

/** The options of the entry at an index of the `plugin` list that do not describe a destination. */
function otherOptions(plugins: unknown, at: number): Settings {
  const entry: unknown = Array.isArray(plugins) ? plugins[at] : undefined
  const options: Settings = (Array.isArray(entry) && (entry[1] as Settings)) || {}
  const { expires, confirm, redact } = options
  return Object.fromEntries(Object.entries({ expires, confirm, redact }).filter(([, value]) => value !== undefined))
}

/**
 * Sets `enterprise.url` in an `opencode.json` to the dead endpoint, so that OpenCode's `/share` fails without this
 * package. Otherwise like `writePluginEntry`. Returns whether the file has changed.
 * Throws `bad-settings` if another URL is set.
 */
export function writeDeadEndpoint(file: string): boolean {
  const { text, config } = assertNoOtherServer(file)
  if (isDeadEndpoint(urlIn(config))) return false
  const isObject = typeof config["enterprise"] === "object" && config["enterprise"] !== null
  writeValue(
    file,
    text,
    isObject ? ["enterprise", "url"] : ["enterprise"],
    isObject ? DEAD_ENDPOINT_URL : { url: DEAD_ENDPOINT_URL },
  )
  return true
}

/** Parses an `opencode.json`. Throws `bad-settings` if it names another share server: only the user can decide to replace it. */
export function assertNoOtherServer(file: string): ParsedConfig {
  const understood = parseConfig(file, "https://opencode.ai/config.json")
  const url = urlIn(understood.config)
  if (url === undefined || isDeadEndpoint(url)) return understood
  throw new ShareError("bad-settings", `OpenCode is set to share with another server ("enterprise" in ${file}).`, {
    hint: `To use your own bucket instead, write ${DEAD_ENDPOINT_LINE} there, then run the same command again.`,
  })
}

function urlIn({ enterprise }: Record<string, unknown>): string | undefined {
  const url = (enterprise as { url?: unknown } | null | undefined)?.url
  return typeof url === "string" ? url : undefined
}

/** Adds this package to a `tui.json` unless present. Otherwise like `writePluginEntry`. */
export function writeTuiEntry(file: string, name: string): void {
  const { text, names } = parseConfig(file, "https://opencode.ai/tui.json")
  if (!names.some((each) => isThisPackage(each, file))) writeValue(file, text, ["plugin", names.length], name, true)
}

interface ParsedConfig {
  text: string
  config: Record<string, unknown>
  /** Names in the `plugin` list. */
  names: string[]
}

function parseConfig(file: string, schema: string): ParsedConfig {
  const text = readText(file) ?? `${JSON.stringify({ $schema: schema }, null, 2)}\n`
  const errors: ParseError[] = []
  const tree = parseTree(text, errors, { allowTrailingComma: true })
  const config: Record<string, unknown> = tree?.type === "object" ? getNodeValue(tree) : {}
  const { plugin: plugins = [] } = config
  if (errors.length > 0 || tree?.type !== "object" || !Array.isArray(plugins))
    throw new ShareError("bad-settings", `${file} is not a valid OpenCode configuration, so it was not changed.`, {
      hint: "Fix it, then run the same command again.",
    })
  return { text, config, names: plugins.map((entry: unknown) => String(Array.isArray(entry) ? entry[0] : entry)) }
}

function writeValue(file: string, text: string, at: JSONPath, value: unknown, isArrayInsertion = false): void {
  const formattingOptions = { insertSpaces: true, tabSize: 2 }
  const edits = modify(text, at, value, { formattingOptions, isArrayInsertion })
  try {
    makeFolder(path.dirname(file))
    replaceFile(file, `${hasByteOrderMark(file) ? "\uFEFF" : ""}${applyEdits(text, edits)}`)
  } catch (cause) {
    if (cause instanceof ShareError) throw cause
    throw new ShareError("bad-settings", `${file} cannot be written: ${(cause as Error).message}.`, {
      hint: "Make the file and its folder writable, then run the same command again.",
      cause,
    })
  }
}

/** Whether a file begins with a UTF-8 byte order mark, which some editors write. */
const hasByteOrderMark = (file: string) =>
  existsSync(file) && readFileSync(file).subarray(0, 3).equals(Buffer.from("\uFEFF"))

function readText(file: string): string | undefined {
  try {
    const found = statSync(file, { throwIfNoEntry: false })
    if (!found) return undefined
    // Reading a FIFO would block.
    if (!found.isFile()) throw new Error("it is not a regular file")
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file))
  } catch (error) {
    throw new ShareError("bad-settings", `${file} cannot be read: ${(error as Error).message}.`, { cause: error })
  }
}
