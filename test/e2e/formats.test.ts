import { createHash } from "node:crypto"
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { pathToFileURL } from "node:url"
import { describe, expect, test } from "vitest"
import type { LedgerEntry } from "../../src/share/ledger/ledger-entry.ts"
import { openLedger } from "../../src/share/ledger.ts"
import { FORMAT, type Manifest } from "../../src/share/manifest.ts"
import { fixture, ownHome } from "../support/run-command.ts"

const published = path.join(import.meta.dirname, "..", "fixtures", "published")

/** A share as the first version of a format has left it: a copy of its bucket, and of what its machine remembered. */
async function leftBy(format: string, { remembered = true } = {}) {
  const home = ownHome()
  const bucket = home.file("bucket")
  cpSync(path.join(published, format, "bucket"), bucket, { recursive: true })
  const text = readFileSync(path.join(published, format, "ledger-entry.json"), "utf8")
  const entry: LedgerEntry = JSON.parse(
    text.replace("file://BUCKET", pathToFileURL(bucket).href).replace("BUCKET", bucket),
  )
  if (remembered) await openLedger(home.file("data", "opencode-bucket", "ledger")).save(entry)
  const folder = path.join(bucket, "s", entry.id)
  const session = JSON.parse(readFileSync(fixture("questions"), "utf8"))
  const { info, parts } = session.messages.at(-1)
  const more = {
    info: { ...info, id: `${info.id}x` },
    parts: [{ ...parts[0], id: "prt_more", type: "text", text: "And one thing more." }],
  }
  writeFileSync(home.file("longer.json"), JSON.stringify({ ...session, messages: [...session.messages, more] }))
  return { home, bucket, entry, folder, longer: home.file("longer.json") }
}

test("the fixtures contain every published format", () => {
  expect(readdirSync(published).map(Number).sort()).toEqual(Array.from({ length: FORMAT }, (_, i) => i + 1))
})

describe.each(readdirSync(published))("a share of format %s", (format) => {
  test("is updated completely under its link", async () => {
    const { home, bucket, entry, folder, longer } = await leftBy(format)
    const { stdout, stderr, status } = await home.run(["share", longer, "--to", bucket])
    expect({ stdout, status, stderr }).toEqual({ stdout: `${entry.url}\n`, status: 0, stderr: expect.any(String) })
    const manifest: Manifest = JSON.parse(readFileSync(path.join(folder, "manifest.json"), "utf8"))
    expect(manifest).toMatchObject({ format: FORMAT, id: entry.id, state: "published", created: entry.created })
    for (const [name, { hash }] of Object.entries(manifest.objects))
      expect([
        name,
        createHash("sha256")
          .update(readFileSync(path.join(folder, name)))
          .digest("hex"),
      ]).toEqual([name, hash])
    const there = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile())
    expect(there.length).toBe(Object.keys(manifest.objects).length + 1)
    expect(readFileSync(path.join(folder, "index.html"), "utf8")).toContain("And one thing more.")
  })

  test.each([true, false])("is removed completely (in the ledger: %s)", async (remembered) => {
    const { home, bucket, entry, folder } = await leftBy(format, { remembered })
    expect(await home.run(["unshare", entry.session, "--to", bucket])).toMatchObject({ status: 0 })
    expect(existsSync(folder)).toBe(false)
  })
})

test("a share of an older format is upgraded when it is shared again, with a message", async () => {
  const { home, bucket, folder, longer } = await leftBy(String(FORMAT))
  const file = path.join(folder, "manifest.json")
  writeFileSync(file, readFileSync(file, "utf8").replace(`"format": ${FORMAT}`, `"format": ${FORMAT - 1}`))
  const share = () => home.run(["share", longer, "--to", bucket])
  expect(await share()).toMatchObject({
    status: 0,
    stderr: expect.stringContaining("update opencode-bucket on other machines"),
  })
  expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ format: FORMAT })
  expect((await share()).stderr).not.toContain("other machines")
})

test("a share of a newer format is left unchanged, with the reason", async () => {
  const { home, bucket, folder, longer } = await leftBy(String(FORMAT))
  const file = path.join(folder, "manifest.json")
  const newer = readFileSync(file, "utf8").replace(`"format": ${FORMAT}`, `"format": ${FORMAT + 1}`)
  writeFileSync(file, newer)
  const { status, stderr } = await home.run(["share", longer, "--to", bucket])
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: expect.stringMatching(
      /written by a newer version of opencode-bucket, \d+\.\d+\.\d+ \(layout \d+; this one knows \d+\)/,
    ),
  })
  expect(readFileSync(file, "utf8")).toBe(newer)
})
