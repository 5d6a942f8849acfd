import path from "node:path"
import { expect, test } from "vitest"
import { exportFile } from "../../src/session/export-file.ts"
import type { LedgerEntry } from "../../src/share/ledger/ledger-entry.ts"
import { openLedger } from "../../src/share/ledger.ts"
import { share } from "../../src/share/share.ts"
import { newShareId } from "../../src/share/share-id.ts"
import { unshare } from "../../src/share/unshare.ts"
import { collect } from "../../src/store/object-store.ts"
import { openStore } from "../../src/store/open-store.ts"
import { fixture } from "../support/run-command.ts"
import { temporaryFolder } from "../support/world.ts"

test.each(["forgotten", "being removed"])("a share that is %s during publishing is not restored", async (how) => {
  const folder = temporaryFolder()
  const destination = { to: path.join(folder, "bucket") }
  const ledger = openLedger(path.join(folder, "ledger"))
  const plain = await openStore(destination)
  const store: typeof plain = {
    ...plain,
    async put(key, object) {
      await plain.put(key, object)
      const [entry] = await ledger.all()
      if (!key.endsWith("/index.html")) return
      if (how === "forgotten") await ledger.drop(entry!)
      else await ledger.save({ ...entry!, state: "removing" })
    },
  }
  const options = { store, destination, ledger, version: "0", now: () => new Date(), newId: newShareId }
  const shared = share(exportFile(fixture("questions")), { ...options, mayShare: () => {} })
  await expect(shared).rejects.toMatchObject({ code: "share-not-found" })
  expect(await collect(plain.list("s/"))).toEqual([])
  expect(await ledger.all()).toEqual([])
})

test("dropping a share does not drop its successor", async () => {
  const ledger = openLedger(path.join(temporaryFolder(), "ledger"))
  const time = "2026-11-01T09:00:00.000Z"
  const about = { session: "ses_1", title: "", destination: { to: "/b" }, created: time, updated: time }
  const old: LedgerEntry = { id: "old", state: "removing", ...about }
  await ledger.save({ ...old, id: "new", state: "published" })
  await ledger.drop(old)
  expect(await ledger.find("new")).toMatchObject({ state: "published" })
  expect(await ledger.find("old")).toBeUndefined()
})

test("a process that shares or unshares concurrently is told so, waits, and continues", async () => {
  const folder = temporaryFolder()
  const destination = { to: path.join(folder, "bucket") }
  const [ledger, theirs] = [openLedger(path.join(folder, "ledger")), openLedger(path.join(folder, "ledger"))]
  const store = await openStore(destination)
  const options = { store, destination, ledger, version: "0", now: () => new Date(), newId: newShareId }
  const session = "ses_dfca4fa8bffefXSS4texcnI10m"
  const whileHeld = async <T>(work: (onWait: (pid: number) => void) => Promise<T>): Promise<T> => {
    const done = Promise.withResolvers<void>()
    const held = Promise.withResolvers<void>()
    const holding = theirs.withLock({ session, destination }, () => {
      held.resolve()
      return done.promise
    })
    await held.promise
    const told: number[] = []
    const result = await work((pid) => {
      told.push(pid)
      done.resolve()
    })
    await holding
    expect(told).toEqual([process.pid])
    return result
  }
  const { id, url } = await whileHeld((onWait) =>
    share(exportFile(fixture("questions")), { ...options, mayShare: () => {}, onWait }),
  )
  const [entry] = await ledger.all()
  expect(entry).toMatchObject({ session, state: "published" })
  await whileHeld((onWait) => unshare({ id, url, store, entry: entry! }, ledger, { onWait }))
  expect(await collect(store.list("s/"))).toEqual([])
})
