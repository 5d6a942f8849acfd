import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { expect, test } from "vitest"
import { fixture, ownHome } from "../support/run-command.ts"

/** Everything of the share at a link, as one text. */
const everything = (link: string) => {
  const folder = path.dirname(fileURLToPath(link))
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), "utf8"))
    .join("\n")
}

const session = (...more: string[]) => ({
  info: { id: "ses_1", title: "Selected", directory: "/src" },
  messages: [
    { info: { id: "msg_1", role: "user" }, parts: [{ type: "text", text: "First prompt" }] },
    {
      info: { id: "msg_2", role: "assistant" },
      parts: [
        { type: "reasoning", text: "Thought aloud" },
        { type: "text", text: "First answer" },
      ],
    },
    ...more.map((text, i) => ({ info: { id: `msg_${i + 3}`, role: "user" }, parts: [{ type: "text", text }] })),
  ],
})

test("what is left out stays left out in updates until it is included again", async () => {
  const home = ownHome()
  const file = home.file("talk.json")
  writeFileSync(file, JSON.stringify(session()))
  const share = async (...flags: string[]) => (await home.run(["share", file, ...flags])).stdout.trim()
  const link = await share("--omit", "reasoning")
  expect(everything(link)).toContain("First answer")
  expect(everything(link)).not.toContain("Thought aloud")

  writeFileSync(file, JSON.stringify(session("Second prompt")))
  expect(await share()).toBe(link)
  expect(everything(link)).toContain("Second prompt")
  expect(everything(link)).not.toContain("Thought aloud")

  expect(await share("--omit", "none", "--until", "1")).toBe(link)
  expect(everything(link)).toContain("Thought aloud")
  expect(everything(link)).not.toContain("Second prompt")
  expect(everything(await share("--until", "end"))).toContain("Second prompt")
})

test("a page names what was left out", async () => {
  const home = ownHome()
  const { stdout } = await home.run(["share", fixture("all-tools"), "--omit", "reasoning,tool-output", "--until", "1"])
  const page = readFileSync(fileURLToPath(stdout.trim()), "utf8")
  expect(page.replace(/<[^>]+>/g, " ").replace(/\s+/g, " ")).toContain("Left out reasoning, tool output, what follows")
})

test.each([
  [["--omit", "thoughts"], /Unknown value "thoughts" for --omit/],
  [["--until", "yesterday"], /neither a message id nor a prompt number/],
  [["--until", "msg_nowhere"], /Message msg_nowhere not found/],
  [["--until", "99"], /Prompt 99 not found/],
])("%o is a clear error, and nothing is shared", async (flags, words) => {
  const home = ownHome()
  const { status, stdout, stderr } = await home.run(["share", fixture("questions"), ...flags])
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" })
  expect(stderr).toMatch(words)
  expect(existsSync(home.file("data", "opencode-bucket", "shares"))).toBe(false)
})

test("preview writes the files of a share to a private folder and nothing to the ledger", async () => {
  const home = ownHome()
  const preview = await home.run(["preview", fixture("all-tools")])
  expect(preview).toMatchObject({ status: 0 })
  const link = preview.stdout.trim()
  expect(link).toContain("/data/opencode-bucket/preview/s/")
  const idOf = (link: string) => path.basename(path.dirname(link))
  const shared = (await home.run(["share", fixture("all-tools")])).stdout.trim()
  const page = (link: string) => readFileSync(fileURLToPath(link), "utf8").replaceAll(idOf(link), "ID")
  expect(page(link)).toBe(page(shared))
  expect((await home.run(["list", "--json"])).stdout).not.toContain(idOf(link))

  const next = (await home.run(["preview", fixture("questions"), "--omit", "reasoning"])).stdout.trim()
  expect([existsSync(fileURLToPath(link)), existsSync(fileURLToPath(next))]).toEqual([false, true])
})
