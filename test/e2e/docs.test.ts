import { spawnSync } from "node:child_process"
import { existsSync, globSync } from "node:fs"
import path from "node:path"
import { type ParseError, parse } from "jsonc-parser"
import { describe, expect, test } from "vitest"
import { checkSettings } from "../../src/config/schema.ts"
import { anchorsIn, blocksIn, type DocsBlock, linksIn, matchesExpected } from "../support/docs.ts"
import { readerMachine } from "../support/reader-machine.ts"

const files = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", ...globSync("docs/**/*.md").sort()]
const isCommand = ({ language }: DocsBlock) => ["sh", "bash", "shell", "console"].includes(language)
/** Whether questions can be answered: `script`, from util-linux, makes a terminal. */
const hasTerminal = process.platform === "linux" && spawnSync("script", ["--version"]).status === 0

describe.skipIf(process.platform === "win32")("command blocks run from top to bottom with the stated result", () => {
  test.each(files.filter((file) => blocksIn(file).some(isCommand)))("%s", async (file) => {
    const { run } = await readerMachine()
    for (const block of blocksIn(file).filter(isCommand)) {
      if (block.notRun || (block.typed && !hasTerminal)) continue
      const { status, stdout, stderr } = await run(block)
      const about = `${block.at}\n${stderr}\n${stdout}`
      if (block.until === undefined) expect(status, about).toBe(block.status)
      else expect(stdout, about).toContain(block.until)
      if (block.prints !== undefined) expect(matchesExpected(stdout, block.prints), about).toBe(true)
    }
  })
})

test("JSON blocks are JSON, and settings in them are valid", () => {
  for (const { language, text, at } of files.flatMap(blocksIn)) {
    if (language !== "json" && language !== "jsonc") continue
    const errors: ParseError[] = []
    const value = parse(text, errors)
    expect(errors, at).toEqual([])
    for (const entry of value.plugin ?? []) if (Array.isArray(entry)) checkSettings(entry[1])
    if ("redact" in value) checkSettings(value)
  }
})

test("links lead to files and headings that exist", () => {
  for (const file of files)
    for (const { name, heading } of linksIn(file)) {
      const target = name === "" ? file : path.join(path.dirname(file), name)
      expect(existsSync(target), `${file} links to ${name}`).toBe(true)
      if (heading !== undefined) expect(anchorsIn(target), `${file} links to ${name}`).toContain(heading)
    }
})
