#!/usr/bin/env node
import { readFileSync, writeSync } from "node:fs"
import nodeModule from "node:module"
import { fileURLToPath } from "node:url"

var needed = [22, 13]
var found = process.versions.node.split(".").map(Number)
var asked = process.argv.slice(2).join(" ")
if (found[0] < needed[0] || (found[0] === needed[0] && found[1] < needed[1])) {
  console.error(
    `opencode-bucket needs Node ${needed.join(".")} or newer; this is Node ${process.versions.node}. Install a newer one: https://nodejs.org`,
  )
  process.exitCode = 1
} else if (asked === "--version" || asked === "-v") answer(() => `${JSON.parse(read("../package.json")).version}\n`)
// The file is laid out for 80 columns and more.
else if ((asked === "--help" || asked === "-h") && !(process.stdout.columns < 80))
  answer(() => read("../dist/help.txt"))
else run()

/**
 * Answers `--help` and `--version` without loading the command; falls back to the command if the answer cannot be read.
 */
function answer(text) {
  try {
    writeSync(1, text())
  } catch (error) {
    if (error.code !== "EPIPE") run()
  }
}

function read(file) {
  return readFileSync(new URL(file, import.meta.url), "utf8")
}

function run() {
  // The compile cache is stored beside the code, where only those who can change the code can write. If that folder is
  // not writable, nothing is cached.
  nodeModule.enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/opencode-bucket", import.meta.url)))
  import("../dist/cli.js")
}
