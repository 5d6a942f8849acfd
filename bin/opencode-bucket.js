#!/usr/bin/env node
var needed = [22, 13]
var found = process.versions.node.split(".").map(Number)
if (found[0] < needed[0] || (found[0] === needed[0] && found[1] < needed[1])) {
  console.error(`opencode-bucket needs Node ${needed.join(".")} or newer; this is Node ${process.versions.node}.`)
  process.exitCode = 1
} else {
  import("../dist/cli.js")
}
