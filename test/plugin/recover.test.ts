import path from "node:path"
import { expect, test } from "vitest"
import { recover } from "../../src/plugin/recover.ts"
import type { LedgerEntry } from "../../src/share/ledger/ledger-entry.ts"
import { openLedger } from "../../src/share/ledger.ts"
import { temporaryFolder } from "../support/world.ts"

/** No process has it: the highest that Linux gives is 4194304. */
const dead = 4_194_305

/** Tidies a ledger of one entry; gives what was done with it. OpenCode answers with `info`, or a status. */
async function tidied(entry: Partial<LedgerEntry>, info: object | number = 404) {
  const ledger = openLedger(path.join(temporaryFolder(), "ledger"))
  const time = "2026-11-01T09:00:00.000Z"
  const plain = {
    id: "id1",
    session: "ses_1",
    title: "A talk",
    destination: { to: "/b" },
    created: time,
    updated: time,
  }
  await ledger.save({ ...plain, state: "published", ...entry })
  const done: string[] = []
  const { left } = await recover({
    ledger,
    ask: async () =>
      typeof info === "number" ? new Response(null, { status: info }) : new Response(JSON.stringify(info)),
    finish: async () => void done.push("finish"),
    remove: async () => void done.push("remove"),
    exclusive: (_, work) => work(),
  })
  return left > 0 ? "left" : done.join() || "nothing"
}

const url = "https://x/s/id1/index.html"

test.each([
  ["a share that is whole", { url }, "nothing"],
  ["a first publish that was cut short", { state: "publishing", pid: dead }, "remove"],
  ["a first publish without a process", { state: "publishing" }, "remove"],
  ["an update that was cut short", { state: "publishing", pid: dead, url }, "finish"],
  ["a removal that was cut short", { state: "removing", pid: dead, url }, "remove"],
  ["what another process is publishing", { state: "publishing", pid: process.ppid }, "nothing"],
  ["a link that OpenCode may be noting now", { unconfirmed: true, pid: process.ppid, url }, "nothing"],
  ["a link that OpenCode was never told", { unconfirmed: true, pid: dead, url }, "remove"],
] as const)("%s: %s → %s", async (_, entry, done) => {
  expect(await tidied(entry)).toBe(done)
})

test.each([
  ["has noted the link", { share: { url } }, "finish"],
  ["has noted another link", { share: { url: "https://elsewhere" } }, "remove"],
  ["has no link", {}, "remove"],
  ["does not answer", 500, "left"],
])("if OpenCode %s", async (_, info, done) => {
  expect(await tidied({ unconfirmed: true, pid: dead, url }, info)).toBe(done)
})
