import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import path from "node:path"
import { describe, expect, test } from "vitest"
import { sha256 } from "../../src/lib/hash.ts"
import type { LedgerEntry } from "../../src/share/ledger/ledger-entry.ts"
import { openLedger } from "../../src/share/ledger.ts"
import { temporaryFolder } from "../support/world.ts"

const entry = (id: string, more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  id,
  session: "ses_1",
  title: "A talk",
  destination: { to: "s3://bucket" },
  state: "publishing",
  created: "2026-11-22T12:00:00.000Z",
  updated: "2026-11-22T12:00:00.000Z",
  ...more,
})

test("a session at a destination is claimed once, and later claims get the first entry", async () => {
  const ledger = openLedger(path.join(temporaryFolder(), "ledger"))
  expect(await ledger.claim(entry("first"))).toEqual({ entry: entry("first"), isNew: true })
  expect(await ledger.claim(entry("second"))).toEqual({ entry: entry("first"), isNew: false })
})

test("another destination, another endpoint or another session is another share", async () => {
  const ledger = openLedger(temporaryFolder())
  await ledger.claim(entry("first"))
  for (const more of [
    { destination: { to: "s3://other" } },
    { destination: { to: "s3://bucket", endpoint: "https://minio.example" } },
    { session: "ses_2" },
  ])
    expect((await ledger.claim(entry("another", more))).isNew).toBe(true)
  expect(await ledger.all()).toHaveLength(4)
})

test("one of many concurrent claims wins, and all agree", async () => {
  const ledger = openLedger(temporaryFolder())
  const each = Array.from({ length: 30 }, (_, i) => entry(`id-${i}`))
  const claims = await Promise.all(each.map((fresh) => ledger.withLock(fresh, () => ledger.claim(fresh))))
  expect(claims.filter(({ isNew }) => isNew)).toHaveLength(1)
  expect(new Set(claims.map((claim) => claim.entry.id)).size).toBe(1)
})

test("an entry is replaced, listed and dropped", async () => {
  const ledger = openLedger(temporaryFolder())
  await ledger.claim(entry("one"))
  await ledger.save(entry("one", { state: "published", url: "https://x" }))
  expect(await ledger.all()).toEqual([entry("one", { state: "published", url: "https://x" })])
  await ledger.drop(entry("one"))
  expect(await ledger.all()).toEqual([])
  await ledger.drop(entry("one"))
})

test("folder and files are private, and nothing half-written is left", async () => {
  const folder = path.join(temporaryFolder(), "ledger")
  const ledger = openLedger(folder)
  await ledger.claim(entry("one"))
  await ledger.claim(entry("two"))
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  const names = readdirSync(folder)
  expect(names).toHaveLength(1)
  expect(statSync(path.join(folder, names[0]!)).mode & 0o777).toBe(0o600)
})

test.each(["", "{", "null", '{"id":7}', "\0\0"])(
  "a damaged file (%j) is not an entry and does not hide the others",
  async (damage) => {
    const folder = temporaryFolder()
    const ledger = openLedger(folder)
    await ledger.claim(entry("lost"))
    writeFileSync(path.join(folder, readdirSync(folder)[0]!), damage)
    await ledger.claim(entry("other", { session: "ses_2" }))
    expect(await ledger.all()).toHaveLength(1)
    expect(await ledger.claim(entry("new"))).toEqual({ entry: entry("new"), isNew: true })
    expect(await ledger.claim(entry("newer"))).toEqual({ entry: entry("new"), isNew: false })
  },
)

test("a folder that does not exist is an empty ledger", async () => {
  expect(await openLedger(path.join(temporaryFolder(), "none")).all()).toEqual([])
})

test("a folder that cannot be created is a clear error", async () => {
  const file = path.join(temporaryFolder(), "file")
  writeFileSync(file, "")
  await expect(openLedger(path.join(file, "ledger")).claim(entry("one"))).rejects.toThrow(
    /Could not write the list of shares in/,
  )
})

describe("spellings of one destination", () => {
  const spellings = ["s3://bucket/x", "s3://bucket/x/", "S3://bucket/x", "S3://bucket/x/"]
  /** As earlier versions kept it: under the destination as it was written. */
  const keptBefore = (folder: string, old: LedgerEntry) => {
    const name = sha256(JSON.stringify([old.session, old.destination.to, ""]))
    writeFileSync(path.join(folder, `${name}.json`), JSON.stringify(old))
  }

  test("are one share", async () => {
    const ledger = openLedger(temporaryFolder())
    await ledger.claim(entry("first", { destination: { to: spellings[0]! } }))
    for (const to of spellings) {
      expect(await ledger.claim(entry("another", { destination: { to } }))).toMatchObject({
        entry: { id: "first" },
        isNew: false,
      })
      expect((await ledger.at("ses_1", { to }))?.id).toBe("first")
    }
    expect(await ledger.all()).toHaveLength(1)
  })

  test.each(spellings)("an entry stored as %s is found, updated and dropped", async (to) => {
    for (const work of ["claim", "save", "drop"] as const) {
      const folder = temporaryFolder()
      const old = entry("old", { destination: { to }, state: "published" })
      keptBefore(folder, old)
      const ledger = openLedger(folder)
      expect((await ledger.at("ses_1", { to: "s3://bucket/x" }))?.id).toBe("old")
      if (work === "claim")
        expect((await ledger.claim(entry("new", { destination: { to: "s3://bucket/x" } }))).entry.id).toBe("old")
      if (work === "save") await ledger.save({ ...old, state: "removing" })
      if (work !== "drop")
        expect(await ledger.all()).toEqual([
          expect.objectContaining({ id: "old", destination: { to: "s3://bucket/x" } }),
        ])
      await ledger.drop((await ledger.find("old"))!)
      expect(await ledger.all()).toEqual([])
    }
  })

  test("with a share each keep both, and are dropped one by one", async () => {
    const folder = temporaryFolder()
    const [one, other] = [
      entry("one", { destination: { to: "s3://bucket/x" } }),
      entry("other", { destination: { to: "S3://bucket/x" } }),
    ]
    for (const each of [one, other]) keptBefore(folder, each)
    const ledger = openLedger(folder)
    await ledger.save({ ...other, state: "removing" })
    expect((await ledger.all()).map(({ id }) => id).sort()).toEqual(["one", "other"])
    await ledger.drop((await ledger.find("other"))!)
    expect((await ledger.all()).map(({ id }) => id)).toEqual(["one"])
  })

  test("a relative folder is kept unchanged", async () => {
    const folder = temporaryFolder()
    keptBefore(folder, entry("old", { destination: { to: "team-shares" } }))
    const ledger = openLedger(folder)
    expect((await ledger.at("ses_1", { to: "team-shares" }))?.id).toBe("old")
    await ledger.save((await ledger.find("old"))!)
    expect((await ledger.find("old"))?.destination.to).toBe("team-shares")
  })
})

describe("an entry is found by its id", () => {
  const many = Array.from({ length: 20 }, (_, i) => entry(`id-${i}`, { session: `ses_${i}` }))
  async function filled() {
    const folder = path.join(temporaryFolder(), "ledger")
    const ledger = openLedger(folder)
    for (const each of many) await ledger.save(each)
    return { folder, index: `${folder}.ids`, ledger }
  }

  test("without reading the others", async () => {
    const { folder, ledger } = await filled()
    const wanted = many[7]!
    // Files that claim the same id: whoever reads all of them finds one of these.
    for (let i = 0; i < 50; i++)
      writeFileSync(path.join(folder, `${sha256(String(i))}.json`), JSON.stringify({ ...wanted, session: "ses_copy" }))
    expect((await ledger.find(wanted.id))?.session).toBe(wanted.session)
  })

  test.each<[string, (index: string) => void]>([
    ["is not there, as in earlier versions", (index) => rmSync(index, { recursive: true })],
    [
      "is a file",
      (index) => {
        rmSync(index, { recursive: true })
        writeFileSync(index, "")
      },
    ],
    [
      "has lost some pointers",
      (index) => {
        for (const [i, name] of readdirSync(index).entries()) if (i % 3) rmSync(path.join(index, name))
      },
    ],
    [
      "has pointers that lead elsewhere, nowhere or out of the folder, or that are cut off",
      (index) => {
        const names = readdirSync(index).map((name) => path.join(index, name))
        const others = names.map((name) => readFileSync(name, "utf8")).toReversed()
        const wrong = ["", "../../x.json", `${"0".repeat(64)}.json`]
        for (const [i, name] of names.entries())
          writeFileSync(name, [...wrong, others[i]!, others[i]!.slice(0, 9)][i % 5]!)
      },
    ],
  ])("also if the index %s", async (_, damage) => {
    const { folder, index, ledger } = await filled()
    damage(index)
    for (const { id, session } of many) expect((await openLedger(folder).find(id))?.session).toBe(session)
    expect(await ledger.find("unknown")).toBeUndefined()
    if (!statSync(index).isDirectory()) return
    const pointers = readdirSync(index).map((name) => readFileSync(path.join(index, name), "utf8"))
    expect(pointers.sort()).toEqual(readdirSync(folder).sort())
  })

  test("not after it is dropped; its successor is found instead", async () => {
    const { index, ledger } = await filled()
    for (const each of many) {
      await ledger.drop(each)
      await ledger.claim({ ...each, id: `new ${each.id}` })
      expect(await ledger.find(each.id)).toBeUndefined()
      expect((await ledger.find(`new ${each.id}`))?.session).toBe(each.session)
    }
    expect(readdirSync(index)).toHaveLength(many.length)
  })
})
