import { once } from "node:events"
import { createWriteStream, readFileSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { expect, test } from "vitest"
import { ownHome } from "../support/run-command.ts"

test("a share of an export of 100 MB shows the beginning and end of long content and keeps all of it", async () => {
  const { run, file } = ownHome()
  const output = createWriteStream(file("talk.json"))
  output.write(
    `{"info":{"id":"ses_1"},"messages":[{"info":{"id":"msg_1","role":"assistant"},"parts":[{"type":"text","text":"`,
  )
  for (let i = 0; i < 100; i++) if (!output.write("x <b> y ".repeat(125_000))) await once(output, "drain")
  output.end('"},{"type":"text","text":"The end."}]}]}')
  await once(output, "close")
  const { status, stdout, stderr } = await run(["share", file("talk.json"), "--yes"])
  expect(status, stderr).toBe(0)
  const page = readFileSync(fileURLToPath(stdout.trim()), "utf8")
  expect(page).toContain("The end.")
  expect(page.length).toBeLessThan(300_000)
  const [, name] = /href="(files\/[0-9a-f]{32}\.txt)"/.exec(page)!
  expect(readFileSync(path.join(path.dirname(fileURLToPath(stdout.trim())), name!))).toHaveLength(100_000_000)
})
