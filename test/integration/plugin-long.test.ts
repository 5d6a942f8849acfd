import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { crc32 } from "node:zlib"
import { afterEach, beforeEach, expect, test } from "vitest"
import { generateSession } from "../../scripts/generate-session.ts"
import { type PluggedClient, pluggedClient, until } from "../support/opencode-plugin.ts"

let opencode: PluggedClient

beforeEach(async () => {
  opencode = await pluggedClient()
})

afterEach(() => opencode.close())

interface Message {
  info: { id: string; role: string }
  parts: { id: string; type: string }[]
}

/** The session's Markdown in a share. */
const textAt = (link: string) => readFileSync(fileURLToPath(new URL("session.md", link)), "utf8")

/** Changes what was kept of a share, so that it shows in whatever is taken from there. */
function mark(home: string): void {
  const ledger = path.join(home, ".local", "share", "opencode-bucket", "ledger")
  const folder = path.join(ledger, readdirSync(ledger).find((name) => name.endsWith(".pages"))!)
  const [state, text] = [path.join(folder, "state"), path.join(folder, "text")]
  const content = readFileSync(state)
  const end = content.indexOf("\n")
  const marked = readFileSync(text, "utf8").replace(/[a-z]{12}/, "REMEMBERED!!")
  const header = {
    ...JSON.parse(content.toString("utf8", 0, end)),
    text: { size: Buffer.byteLength(marked), crc: crc32(marked) },
  }
  writeFileSync(text, marked)
  writeFileSync(state, Buffer.concat([Buffer.from(JSON.stringify(header)), content.subarray(end)]))
}

test("the share of a long session resumes from its checkpoint until an earlier message changes", async () => {
  const { info, messages } = generateSession({ messages: 160 })
  // OpenCode goes on with the model that answered last.
  const written = JSON.stringify({ info, messages: [...messages()] })
  const known = written.replaceAll('"example"', '"stub"').replaceAll('"large-1"', '"stub-1"')
  const all: Message[] = JSON.parse(known).messages
  const file = path.join(opencode.home, "long.json")
  writeFileSync(file, known)
  await opencode.client.run(opencode.project, "import", file)

  const server = await opencode.serve()
  const link = await server.share(info.id)
  opencode.model.queue({ text: "A first answer." })
  await server.say(info.id, "and then?")
  await until(
    () => textAt(link),
    (text) => text.includes("A first answer."),
  )
  await until(opencode.ledger, ([entry]) => entry?.state === "published")

  // A publish that is just ending may still put its own in the place of what is marked.
  for (let left = 5; !textAt(link).includes("REMEMBERED!!"); left--) {
    expect(left).toBeGreaterThan(0)
    mark(opencode.home)
    opencode.model.queue({ text: `An answer with ${left} left.` })
    await server.say(info.id, "and now?")
    await until(
      () => textAt(link),
      (text) => text.includes(`An answer with ${left} left.`),
    )
    await until(opencode.ledger, ([entry]) => entry?.state === "published")
  }

  const isText = ({ type }: { type: string }) => type === "text"
  const early = all.find(({ info, parts }) => info.role === "assistant" && parts.some(isText))!
  const part = early.parts.find(isText)!
  const changed = { ...part, sessionID: info.id, messageID: early.info.id, text: "This was changed." }
  await server.ask("PATCH", `/session/${info.id}/message/${early.info.id}/part/${part.id}`, changed)
  const anew = await until(
    () => textAt(link),
    (text) => text.includes("This was changed."),
  )
  expect(anew).not.toContain("REMEMBERED!!")
  expect(anew).toContain("An answer with 5 left.")
  await server.close()
})
