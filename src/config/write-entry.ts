import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import path from "node:path"
import { applyEdits, findNodeAtLocation, getNodeValue, modify, type ParseError, parseTree } from "jsonc-parser"
import { ShareError } from "../errors.ts"
import type { Settings } from "./schema.ts"

/**
 * Writes this package's entry in the `plugin` list of an `opencode.json`, with these settings as its options, in place of
 * one that is there. Everything else in the file stays, comments too; a file that is not there is made.
 * Throws `bad-settings` for a file that is no JSON, or whose `plugin` is no list: it is left as it is.
 */
export function writeEntry(file: string, settings: Settings): void {
  const text = readText(file)
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
  const isOurs = (entry: unknown) => /^opencode-bucket(?:@|$)/.test(String(Array.isArray(entry) ? entry[0] : entry))
  const known = plugins.findIndex(isOurs)
  const at = known < 0 ? plugins.length : known
  const name = known < 0 ? "opencode-bucket" : nameOf(plugins[known])
  const formattingOptions = { insertSpaces: true, tabSize: 2 }
  const edits = modify(text, ["plugin", at], [name, settings], { formattingOptions, isArrayInsertion: known < 0 })
  mkdirSync(path.dirname(file), { recursive: true })
  // Aside first: whoever is stopped in the middle keeps the old file.
  writeFileSync(`${file}.new`, applyEdits(text, edits))
  renameSync(`${file}.new`, file)
}

const nameOf = (entry: unknown): string => String(Array.isArray(entry) ? entry[0] : entry)

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8").replace(/^\uFEFF/, "")
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT")
      return '{\n  "$schema": "https://opencode.ai/config.json"\n}\n'
    throw new ShareError("bad-settings", `${file} cannot be read: ${(error as Error).message}.`, { cause: error })
  }
}
