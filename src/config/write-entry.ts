import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import path from "node:path"
import { applyEdits, findNodeAtLocation, getNodeValue, modify, type ParseError, parseTree } from "jsonc-parser"
import { ShareError } from "../errors.ts"
import { isThisPackage } from "./opencode.ts"
import type { Settings } from "./schema.ts"

/**
 * Writes this package's entry in the `plugin` list of an `opencode.json`, with these settings as its options, in place of
 * one that is there. Everything else in the file stays, comments too; a file that is not there is made.
 * Returns the name under which the package stands there.
 * Throws `bad-settings` for a file that is no JSON, or whose `plugin` is no list: it is left as it is.
 */
export function writeEntry(file: string, settings: Settings): string {
  const { text, names } = understand(file, "https://opencode.ai/config.json")
  const known = names.findIndex((name) => isThisPackage(name, file))
  const name = names[known] ?? "opencode-bucket"
  put(file, text, known < 0 ? names.length : known, known < 0, [name, settings])
  return name
}

/** Names this package in a `tui.json`, unless it is named there. Otherwise as `writeEntry`. */
export function writeTuiEntry(file: string, name: string): void {
  const { text, names } = understand(file, "https://opencode.ai/tui.json")
  if (!names.some((each) => isThisPackage(each, file))) put(file, text, names.length, true, name)
}

/** The file's text, and the names in its `plugin` list. */
function understand(file: string, schema: string): { text: string; names: string[] } {
  const text = readText(file) ?? `${JSON.stringify({ $schema: schema }, null, 2)}\n`
  const errors: ParseError[] = []
  const tree = parseTree(text, errors, { allowTrailingComma: true })
  const list = tree && findNodeAtLocation(tree, ["plugin"])
  const plugins: unknown = list ? getNodeValue(list) : []
  if (errors.length > 0 || tree?.type !== "object" || !Array.isArray(plugins))
    throw new ShareError(
      "bad-settings",
      `${file} was left as it is: it does not read as a configuration of OpenCode.`,
      {
        hint: "Mend it, then run the same command again.",
      },
    )
  return { text, names: plugins.map((entry: unknown) => String(Array.isArray(entry) ? entry[0] : entry)) }
}

function put(file: string, text: string, at: number, isArrayInsertion: boolean, entry: unknown): void {
  const formattingOptions = { insertSpaces: true, tabSize: 2 }
  const edits = modify(text, ["plugin", at], entry, { formattingOptions, isArrayInsertion })
  mkdirSync(path.dirname(file), { recursive: true })
  // Aside first: whoever is stopped in the middle keeps the old file.
  writeFileSync(`${file}.new`, applyEdits(text, edits))
  renameSync(`${file}.new`, file)
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").replace(/^\uFEFF/, "")
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined
    throw new ShareError("bad-settings", `${file} cannot be read: ${(error as Error).message}.`, { cause: error })
  }
}
