import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, utimesSync, writeFileSync } from "node:fs"
import path from "node:path"
import { crc32 } from "node:zlib"
import { expect, test } from "vitest"
import { generateSession } from "../../../scripts/generate-session.ts"
import { ShareError } from "../../../src/errors.ts"
import type { SessionRecord, SessionSource } from "../../../src/session/source.ts"
import { openLedger } from "../../../src/share/ledger.ts"
import { share } from "../../../src/share/share.ts"
import { unshare } from "../../../src/share/unshare.ts"
import { openStore } from "../../../src/store/open-store.ts"
import { temporaryFolder } from "../../support/world.ts"

type Made = { info: { role: string; time: object; summary?: object }; parts: { type: string; text?: string }[] }

const all = [...generateSession({ messages: 170 }).messages()] as Made[]
const { info } = generateSession({ messages: 1 })

const sourceOf = (messages: Made[], { children = [], ...more }: Partial<SessionRecord> & { title?: string } = {}) =>
  ({
    label: "a session",
    read: (use) =>
      use({
        info: { ...info, ...more },
        async *messages() {
          yield* structuredClone(messages)
        },
        partial: {
          async *messagesFrom(from) {
            yield* structuredClone(messages.slice(from))
          },
        },
        children,
      }),
  }) satisfies SessionSource

/** A place to share to, and what was sent of a share last. */
async function world() {
  const folder = temporaryFolder()
  const destination = { to: path.join(folder, "bucket") }
  const ledger = openLedger(path.join(folder, "ledger"))
  const plain = await openStore(destination)
  let sent: string[] = []
  let left = Number.POSITIVE_INFINITY
  const store: typeof plain = {
    ...plain,
    async put(key, object) {
      if (left-- <= 0) throw new ShareError("store-failed", "Not now.")
      sent.push(key.split("/").slice(2).join("/"))
      await plain.put(key, object)
    },
  }
  const options = { store, destination, ledger, version: "0", now: () => new Date(0), newId: () => "0".repeat(21) }
  return {
    ledger,
    store,
    /** No more than so many objects can be stored from now on. */
    allow(objects: number) {
      left = objects
    },
    pages: ledger.checkpointFolder({ session: info.id, destination }),
    async share(source: SessionSource) {
      sent = []
      const result = await share(source, { ...options, mayShare: () => {} })
      return { result, sent, files: filesIn(path.join(destination.to, "s", result.id)) }
    },
  }
}

/** All files of a share by their names; of the manifest, the objects. */
function filesIn(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return Object.fromEntries(
    names.map(({ parentPath, name }) => {
      const text = readFileSync(path.join(parentPath, name), "utf8")
      const file = path.relative(folder, path.join(parentPath, name))
      return [file, name === "manifest.json" ? JSON.stringify(JSON.parse(text).objects) : text]
    }),
  )
}

const fresh = async (source: SessionSource) => (await (await world()).share(source)).files
const isPage = (name: string) => /^\d+\.html$/.test(name)

test("a resumed share equals a new one of the whole session, byte for byte", async () => {
  const { share, pages } = await world()
  await share(sourceOf(all.slice(0, 150)))
  expect(existsSync(path.join(pages, "state"))).toBe(true)
  for (const length of [151, 151, 160, 170]) {
    const { sent, files } = await share(sourceOf(all.slice(0, length)))
    expect(files).toEqual(await fresh(sourceOf(all.slice(0, length))))
    expect(sent).not.toContain("2.html")
  }
})

test("earlier messages are not rendered again but taken from the checkpoint", async () => {
  const { share, pages } = await world()
  await share(sourceOf(all.slice(0, 150)))
  const [header = "", ...state] = readFileSync(path.join(pages, "state"), "latin1").split("\n")
  const text = readFileSync(path.join(pages, "text"), "utf8").replace(/[a-z]{12}/, "REMEMBERED!!")
  writeFileSync(path.join(pages, "text"), text)
  const other = { ...JSON.parse(header), text: { size: Buffer.byteLength(text), crc: crc32(text) } }
  writeFileSync(path.join(pages, "state"), [JSON.stringify(other), ...state].join("\n"), "latin1")
  const { files } = await share(sourceOf(all.slice(0, 151)))
  expect(files["session.md"]).toContain("REMEMBERED!!")
})

test.each<[string, (messages: Made[]) => object | undefined]>([
  ["of which an earlier message has changed", (messages) => void messages[3]!.parts.splice(0)],
  ["that lost a message", (messages) => void messages.splice(20, 1)],
  ["that became shorter", (messages) => void messages.splice(60)],
  ["with another title", () => ({ title: "Another" })],
  [
    "in which something earlier turns out to be a secret",
    (messages) => {
      const [word] = messages
        .flatMap(({ parts }) => parts)
        .flatMap(({ type, text }) => (type === "text" ? (/[a-z]{7,}/.exec(text ?? "")?.[0] ?? []) : []))
      messages.at(-1)!.parts.push({ ...messages[0]!.parts[0]!, text: `{"API_KEY": "${word}x9Kq2"} ${word}x9Kq2` })
      messages[2]!.parts.push({ ...messages[0]!.parts[0]!, text: `it is ${word}x9Kq2` })
      return undefined
    },
  ],
])("a session %s is rendered completely", async (_, change) => {
  const { share } = await world()
  await share(sourceOf(all.slice(0, 150)))
  const messages = structuredClone(all.slice(0, 151))
  const more = change(messages)
  const { files } = await share(sourceOf(messages, more))
  expect(files).toEqual(await fresh(sourceOf(messages, more)))
})

test("a secret that only a later message reveals is removed from all files of the share", async () => {
  const secret = "Vb7pQ2mXw9Lt4Rz8"
  const text = (text: string) => ({ ...all[0]!.parts[0]!, text })
  const messages = structuredClone(all.slice(0, 150))
  messages[1]!.parts.push(text(`the thing is ${secret}`))
  const { share, pages } = await world()
  const before = await share(sourceOf(messages))
  expect(JSON.stringify(before.files)).toContain(secret)
  messages.push({ ...structuredClone(all[150]!), parts: [text(`PASSWORD=${secret}`)] })
  const { files } = await share(sourceOf(messages))
  expect(JSON.stringify(files)).not.toContain(secret)
  expect(files).toEqual(await fresh(sourceOf(messages)))
  for (const name of readdirSync(pages)) expect(readFileSync(path.join(pages, name), "latin1")).not.toContain(secret)
})

test("a secret that an earlier message revealed has the same mark in a later one", async () => {
  const [secret, own] = ["Vb7pQ2mXw9Lt4Rz8", "Kz8wT3nYq6Md1Hs5"]
  const text = (text: string) => ({ ...all[0]!.parts[0]!, text })
  const messages = structuredClone(all.slice(0, 151))
  messages[3]!.parts.push(text(`PASSWORD=${secret}`))
  messages[4]!.parts.push(text(`in another folder, PASSWORD=${own}`))
  // The title's secret was known before any message.
  const title = `PASSWORD=${own}`
  const { share } = await world()
  await share(sourceOf(messages.slice(0, 150), { title }))
  messages[150]!.parts.push(text(`so ${secret} is the thing, and ${own}`))
  const { files, sent } = await share(sourceOf(messages, { title }))
  expect(JSON.stringify(files)).not.toContain(secret)
  expect(files["session.md"]).toContain("so [redacted: password #1] is the thing, and [redacted: password #2]")
  expect(files).toEqual(await fresh(sourceOf(messages, { title })))
  expect(sent).not.toContain("2.html")
  const renamed = await share(sourceOf(messages, { title: "Another" }))
  expect(JSON.stringify(renamed.files)).not.toContain(own)
  expect(renamed.files).toEqual(await fresh(sourceOf(messages, { title: "Another" })))
})

test.each<[string, (pages: string) => void]>([
  ["cut off", (pages) => truncateSync(path.join(pages, "record"), 1_000)],
  ["changed", (pages) => writeFileSync(path.join(pages, "text"), readFileSync(path.join(pages, "text")).fill(65))],
  ["no more than a beginning", (pages) => truncateSync(path.join(pages, "state"), 5_000)],
  ["something else", (pages) => writeFileSync(path.join(pages, "state"), "{}\n")],
])("a checkpoint that is %s is ignored", async (_, damage) => {
  const { share, pages } = await world()
  await share(sourceOf(all.slice(0, 150)))
  damage(pages)
  const { files } = await share(sourceOf(all.slice(0, 151)))
  expect(files).toEqual(await fresh(sourceOf(all.slice(0, 151))))
  const again = await share(sourceOf(all.slice(0, 152)))
  expect(again.files).toEqual(await fresh(sourceOf(all.slice(0, 152))))
  expect(again.sent.filter(isPage)).toHaveLength(1)
})

test("the checkpoint is private and is deleted with the share", async () => {
  const { share, pages, ledger, store } = await world()
  const { result } = await share(sourceOf(all.slice(0, 150)))
  expect(readdirSync(pages).sort()).toEqual(["record", "state", "text"])
  const entry = (await ledger.find(result.id))!
  await unshare({ id: result.id, url: result.url, store, entry }, ledger)
  expect(existsSync(pages)).toBe(false)
})

test("a session with an undo has no checkpoint", async () => {
  const { share, pages } = await world()
  const source = sourceOf(all.slice(0, 150))
  const undone = (all[149]!.info as unknown as { id: string }).id
  source.read = (use) =>
    sourceOf(all.slice(0, 150)).read((record) => use({ ...record, info: { ...info, revert: { messageID: undone } } }))
  await share(sourceOf(all.slice(0, 150)))
  expect(existsSync(pages)).toBe(true)
  await share(source)
  expect(existsSync(pages)).toBe(false)
})

test("the oldest checkpoints are deleted above the size limit", async () => {
  const { share, pages } = await world()
  const others = ["a", "b"].map((name) => path.join(path.dirname(pages), `${name.repeat(64)}.pages`))
  for (const [at, folder] of others.entries()) {
    mkdirSync(folder, { recursive: true })
    for (const name of ["state", "record", "text"]) writeFileSync(path.join(folder, name), "")
    truncateSync(path.join(folder, "record"), 600_000_000)
    utimesSync(path.join(folder, "state"), at, at)
  }
  await share(sourceOf(all.slice(0, 150)))
  expect([pages, ...others].map((folder) => existsSync(folder))).toEqual([true, false, true])
})

test.each([0, 1, 2, 3, 4])("an update that fails after %i objects is completed by the next", async (objects) => {
  const { share, allow } = await world()
  await share(sourceOf(all.slice(0, 150)))
  allow(objects)
  await expect(share(sourceOf(all.slice(0, 155)))).rejects.toThrow("Not now.")
  allow(Number.POSITIVE_INFINITY)
  const { files } = await share(sourceOf(all.slice(0, 160)))
  expect(files).toEqual(await fresh(sourceOf(all.slice(0, 160))))
})
