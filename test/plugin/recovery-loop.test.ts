import path from "node:path"
import { expect, test } from "vitest"
import { startRecoveryLoop } from "../../src/plugin/recovery-loop.ts"
import type { LedgerEntry } from "../../src/share/ledger/ledger-entry.ts"
import { openLedger } from "../../src/share/ledger.ts"
import { until } from "../support/opencode-plugin.ts"
import { temporaryFolder } from "../support/world.ts"

const time = "2026-11-01T09:00:00.000Z"
const entry: LedgerEntry = {
  ...{ id: "id1", session: "ses_1", title: "A talk", destination: { to: "/b" } },
  ...{ state: "publishing", created: time, updated: time },
}
const ledgerOf = () => openLedger(path.join(temporaryFolder(), "ledger"))

test("a failed recovery is retried until it succeeds", async () => {
  const ledger = ledgerOf()
  await ledger.save(entry)
  let tries = 0
  const tidy = async () => {
    tries++
    if (tries < 3) throw new Error("The store cannot be reached.")
    await ledger.drop(entry)
  }
  startRecoveryLoop(ledger, tidy, 1)
  await until(
    () => ledger.all(),
    (entries) => entries.length === 0,
  )
  expect(tries).toBe(3)
})

test("a share of another process is recovered when that process has ended", async () => {
  const ledger = ledgerOf()
  await ledger.save({ ...entry, pid: process.ppid })
  let tries = 0
  startRecoveryLoop(ledger, async () => void tries++, 1)
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(tries).toBe(0)
  await ledger.save(entry)
  await until(
    () => tries,
    (count) => count > 0,
  )
  await ledger.drop(entry)
})
