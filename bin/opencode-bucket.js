#!/usr/bin/env node
import { readFileSync, writeSync } from "node:fs"
import nodeModule from "node:module"
import { fileURLToPath } from "node:url"

var needed = [22, 13]
var found = process.versions.node.split(".").map(Number)
var asked = process.argv.slice(2).join(" ")
if (found[0] < needed[0] || (found[0] === needed[0] && found[1] < needed[1])) {
  console.error(`opencode-bucket needs Node ${needed.join(".")} or newer; this is Node ${process.versions.node}.`)
  process.exitCode = 1
} else if (asked === "--version" || asked === "-V") answer(() => `${JSON.parse(read("../package.json")).version}\n`)
else if (asked === "--help" || asked === "-h") answer(() => read("../dist/help.txt"))
else run()

/** Says what is known without reading any code of ours; where that cannot be had, the command itself is asked. */
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
  // Compiled code is kept beside the code itself, where nobody can put any who could not change the code as well; where
  // that may not be written, nothing is kept.
  nodeModule.enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/opencode-bucket", import.meta.url)))
  import("../dist/cli.js")
}
