import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import path from "node:path"
import { expect, test } from "vitest"
import { temporaryFolder } from "../support/world.ts"

test("the bench measures first and repeated shares, and prints a table and JSON", () => {
  const script = path.join(import.meta.dirname, "..", "..", "scripts", "bench.ts")
  const output = path.join(temporaryFolder(), "results.json")
  const few = ["--sizes", "3,60", "--repeat", "1", "--archive", "5", "--unshare", "1200"]
  const args = [script, ...few, "--output", output]
  const table = execFileSync(process.execPath, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
  const [measured = "", reached = ""] = table.trim().split("\n\n")
  expect(measured.split("\n")).toHaveLength(4)
  expect(reached).toContain("--version")
  const { results, goals } = JSON.parse(readFileSync(output, "utf8"))
  expect(results.map(({ messages }: { messages: number }) => messages)).toEqual([3, 60])
  expect(goals).toMatchObject([
    { what: "--version" },
    { what: "--help" },
    { what: "unshare of 1,200 objects", reached: true },
  ])
  for (const { idle, first, again, pages } of results) {
    for (const key of ["html", "gzip", "visible", "coloured"]) expect(pages[key], key).toBeGreaterThan(0)
    for (const run of [first, again])
      for (const key of ["seconds", "ratio", "cpu", "memory", "objects", "sent", "bytes"])
        expect(run[key], key).toBeGreaterThan(0)
    expect(first.ratio).toBeCloseTo(first.seconds / idle)
    expect(first.sent).toBe(first.objects)
    expect(again.sent).toBeLessThanOrEqual(first.sent)
  }
})
