import { spawn } from "node:child_process"
import { once } from "node:events"
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs"
import path from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { expect, onTestFinished, test } from "vitest"
import { isTrusted, trust } from "../../src/config/trust.ts"
import { exportFile } from "../../src/session/export-file.ts"
import { findShares, parseShareName } from "../../src/share/find-share.ts"
import type { LedgerEntry } from "../../src/share/ledger/ledger-entry.ts"
import { openLedger } from "../../src/share/ledger.ts"
import { preview } from "../../src/share/preview.ts"
import { share } from "../../src/share/share.ts"
import { newShareId } from "../../src/share/share-id.ts"
import { unshare } from "../../src/share/unshare.ts"
import { collect } from "../../src/store/object-store.ts"
import { openStore } from "../../src/store/open-store.ts"
import { fixture } from "../support/run-command.ts"
import { ownWorld, temporaryFolder } from "../support/world.ts"

const time = "2026-11-01T09:00:00.000Z"
const entry = (id: string, title = ""): LedgerEntry => ({
  ...{ id, title, session: "ses_1", destination: { to: "/b" }, state: "published", created: time, updated: time },
})
const modeOf = (file: string) => (statSync(file).mode & 0o777).toString(8)

/** Sets the umask for one test. */
function umask(mask: number): void {
  const before = process.umask(mask)
  onTestFinished(() => void process.umask(before))
}

async function place() {
  const folder = temporaryFolder()
  const ledgerFolder = path.join(folder, "data", "ledger")
  const destination = { to: path.join(folder, "bucket") }
  const store = await openStore(destination)
  const ledger = openLedger(ledgerFolder)
  const options = { store, destination, ledger, version: "0", now: () => new Date(), newId: newShareId }
  return {
    ledgerFolder,
    store,
    ledger,
    share: () => share(exportFile(fixture("questions")), { ...options, mayShare: () => {} }),
    async unshare(name: string) {
      const agree = async () => {}
      const found = await findShares(parseShareName(name), { ledger, destination, open: openStore, confirm: agree })
      return Promise.all(found.map((each) => unshare(each, ledger)))
    },
  }
}

test.each([0o000, 0o022, 0o077, 0o177, 0o277, 0o777])(
  "with umask %i, folders and files are private to the user",
  async (mask) => {
    const folder = temporaryFolder()
    const world = ownWorld({ XDG_DATA_HOME: path.join(folder, "xdg", "data") })
    umask(mask)
    const deep = path.join(folder, "a", "b", "ledger")
    await openLedger(deep).save(entry("one"))
    const release = Promise.withResolvers<void>()
    const held = openLedger(deep).withLock(entry("one"), () => release.promise)
    await expect.poll(() => readdirSync(deep).length).toBe(2)
    for (const name of ["a", "a/b", "a/b/ledger"]) expect(modeOf(path.join(folder, name)), name).toBe("700")
    for (const name of readdirSync(deep)) expect(modeOf(path.join(deep, name)), name).toBe("600")
    expect(await openLedger(deep).all()).toHaveLength(1)
    release.resolve()
    await held
    await trust("/project/opencode.json", { to: "s3://b" }, world)
    expect(await isTrusted("/project/opencode.json", { to: "s3://b" }, world)).toBe(true)
    const trusted = path.join(folder, "xdg", "data", "opencode-bucket", "trusted")
    expect(modeOf(trusted)).toBe("700")
    for (const name of readdirSync(trusted)) expect(modeOf(path.join(trusted, name))).toBe("600")
  },
)

test("a preview is private to the user", async () => {
  umask(0o022)
  const folder = path.join(temporaryFolder(), "data", "preview")
  const { url } = await preview(exportFile(fixture("questions")), { folder, id: newShareId(), version: "0" })
  expect(modeOf(folder)).toBe("700")
  expect(modeOf(path.dirname(folder))).toBe("700")
  expect(readFileSync(fileURLToPath(url), "utf8")).toContain("share api test")
})

test("a folder that was open to others becomes private", async () => {
  const folder = path.join(temporaryFolder(), "ledger")
  mkdirSync(folder)
  chmodSync(folder, 0o755)
  await openLedger(folder).save(entry("one"))
  expect(modeOf(folder)).toBe("700")
})

test("a process killed while writing leaves the entry complete, and its temporary files are deleted", async () => {
  const folder = path.join(temporaryFolder(), "ledger")
  const ledger = openLedger(folder)
  const program = `
    import { openLedger } from ${JSON.stringify(pathToFileURL(path.resolve("src/share/ledger.ts")).href)}
    const ledger = openLedger(${JSON.stringify(folder)})
    const entry = ${JSON.stringify(entry("one"))}
    for (let i = 0; ; i++) await ledger.save({ ...entry, title: String(i).repeat(100_000) })`
  for (const [i, wait] of [150, 170, 200, 230].entries()) {
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
      stdio: ["ignore", "ignore", "inherit"],
    })
    if (i === 0) await expect.poll(() => ledger.all(), { timeout: 10_000 }).toHaveLength(1)
    else await new Promise((resolve) => setTimeout(resolve, wait))
    child.kill("SIGKILL")
    await once(child, "close")
    expect(await ledger.all()).toMatchObject([{ id: "one" }])
  }
  const left = path.join(folder, ".left-behind")
  writeFileSync(left, "{")
  const old = new Date(Date.now() - 3_600_000)
  for (const name of readdirSync(folder).filter((name) => name.startsWith(".")))
    utimesSync(path.join(folder, name), old, old)
  await ledger.withLock(entry("one"), async () => {})
  expect(readdirSync(folder).filter((name) => name.startsWith("."))).toEqual([])
  expect(readdirSync(folder)).toHaveLength(1)
})

test("a file in place of the folder is kept and reported, and reads see an empty ledger", async () => {
  const { ledgerFolder, ledger, share } = await place()
  mkdirSync(path.dirname(ledgerFolder), { recursive: true })
  writeFileSync(ledgerFolder, "mine", { mode: 0o644 })
  expect(await ledger.all()).toEqual([])
  await expect(share()).rejects.toMatchObject({
    code: "bad-settings",
    message: expect.stringMatching(/Could not write/),
  })
  expect(readFileSync(ledgerFolder, "utf8")).toBe("mine")
  expect(modeOf(ledgerFolder)).toBe("644")
})

test.each(["deleted", "replaced by a file", "with every entry damaged"])(
  "a ledger that is %s does not prevent unshare by link, id or session",
  async (how) => {
    for (const name of ["url", "id", "session"] as const) {
      const { ledgerFolder, ledger, store, share, unshare } = await place()
      const shared = await share()
      if (how === "with every entry damaged")
        for (const file of readdirSync(ledgerFolder)) writeFileSync(path.join(ledgerFolder, file), "{")
      else rmSync(ledgerFolder, { recursive: true })
      if (how === "replaced by a file") writeFileSync(ledgerFolder, "")
      expect(await unshare(shared[name])).toMatchObject([{ id: shared.id }])
      expect(await collect(store.list("s/"))).toEqual([])
      expect(await ledger.all()).toEqual([])
    }
  },
)

test("with a read-only ledger, a share is removed, with a note about the remaining entry", async () => {
  const { ledgerFolder, ledger, store, share } = await place()
  const { id, url } = await share()
  const [known] = await ledger.all()
  const unwritable = openLedger(path.join(ledgerFolder, readdirSync(ledgerFolder)[0]!, "no folder"))
  const readOnly = { ...ledger, save: unwritable.save, drop: unwritable.drop, hold: unwritable.withLock }
  const removal = await unshare({ id, url, store, entry: known! }, readOnly)
  expect(removal.note).toMatch(/Could not write/)
  expect(await collect(store.list("s/"))).toEqual([])
})

test("a confirmation that cannot be stored is asked for again", async () => {
  const folder = temporaryFolder()
  writeFileSync(path.join(folder, "opencode-bucket"), "")
  const world = ownWorld({ XDG_DATA_HOME: folder })
  await trust("/project/opencode.json", { to: "s3://b" }, world)
  expect(await isTrusted("/project/opencode.json", { to: "s3://b" }, world)).toBe(false)
})
