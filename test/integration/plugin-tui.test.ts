import { afterAll, beforeAll, expect, test } from "vitest"
import { type PluggedClient, pageAt, pluggedClient, until } from "../support/opencode-plugin.ts"
import { inTmux, type Terminal } from "../support/tmux.ts"

let opencode: PluggedClient
let terminal: Terminal

beforeAll(async () => {
  opencode = await pluggedClient()
  opencode.model.queue({ text: "The first answer." })
  terminal = await inTmux([opencode.client.binary], { cwd: opencode.project, env: opencode.client.env })
  await shows("Ask anything")
})

afterAll(async () => {
  await terminal?.close()
  await opencode?.close()
})

const shows = (text: string | RegExp) =>
  until(terminal.screen, (screen) => (typeof text === "string" ? screen.includes(text) : text.test(screen)))

async function say(text: string): Promise<void> {
  await terminal.type(text)
  await shows(text)
  await terminal.press("Enter")
}

/** Types a command and takes it from the list that opens. */
async function command(name: string): Promise<void> {
  await terminal.type(`/${name}`)
  await shows(new RegExp(`/${name}\\s+\\S`))
  await terminal.press("Enter")
}

test("in the terminal, a session is shared, copied, updated and removed, and its end is published after quitting", async () => {
  await say("the first prompt")
  await shows("The first answer.")

  await command("share")
  // OpenCode asks once.
  await shows("Are you sure you want to share it?")
  await terminal.press("Enter")
  await shows(/copied to clipboard/i)
  const [entry] = await until(opencode.ledger, (entries) => entries[0]?.url !== undefined)
  const link = entry!.url!
  expect(await pageAt(link)).toContain("The first answer.")
  expect(await until(terminal.copied, (copied) => copied !== "")).toBe(link)

  opencode.model.queue({ text: "The second answer." })
  await say("the second prompt")
  await until(
    () => pageAt(link),
    (page) => page.includes("The second answer."),
  )

  await command("unshare")
  await until(opencode.ledger, (entries) => entries.length === 0)
  expect(opencode.files()).toEqual([])

  await command("share")
  const [again] = await until(opencode.ledger, (entries) => entries[0]?.url !== undefined)
  expect(again!.url).not.toBe(link)
  opencode.model.queue({ text: "The last answer before the end." })
  await say("goodbye")
  await shows("The last answer before the end.")
  await terminal.press("C-c")
  await until(terminal.runs, (runs) => !runs)
  expect(await pageAt(again!.url!)).toContain("The last answer before the end.")
})
