import { readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { gunzipSync } from "node:zlib"
import { expect, onTestFinished, test } from "vitest"
import { openLedger } from "../../src/share/ledger.ts"
import type { Manifest } from "../../src/share/manifest.ts"
import { sha256 } from "../support/faulty-share.ts"
import { fixture, ownHome } from "../support/run-command.ts"
import { startS3Server } from "../support/s3-server.ts"

/** A bucket whose answers come a little late, so that processes meet, and the built command in one home. */
async function meetingPlace() {
  let moment = 0
  const delay = async () => {
    moment = (moment + 7) % 23
    await sleep(moment)
  }
  const server = await startS3Server({ publicRead: true, versions: "on", delay })
  onTestFinished(() => server.close())
  const home = ownHome()
  const whole = JSON.parse(readFileSync(fixture("all-tools"), "utf8"))
  const talk = (messages: number) => {
    const file = home.file(`${messages}.json`)
    writeFileSync(file, JSON.stringify({ ...whole, messages: whole.messages.slice(0, messages) }))
    return file
  }
  const to = ["--to", `s3://${server.bucket}`, "--endpoint", server.endpoint]
  const run = (...args: string[]) => home.run([...args, ...to], { env: server.environment })

  /** The ids that there is anything of; each has to be one whole version. */
  function shares(): string[] {
    const stored = new Map([...server.objects()].map(([key, { body, headers }]) => [key, plain(body, headers)]))
    const ids = [...new Set(server.versions().map(({ key }) => key.split("/")[1]!))]
    for (const id of ids) {
      const manifest: Manifest = JSON.parse(String(stored.get(`s/${id}/manifest.json`)))
      expect(manifest.state).toBe("published")
      const hashes = Object.entries(manifest.objects).map(([name, { hash }]) => [`s/${id}/${name}`, hash])
      const found = [...stored].filter(([key]) => key.includes(id) && !key.endsWith("/manifest.json"))
      expect(Object.fromEntries(found.map(([key, body]) => [key, sha256(body)]))).toEqual(Object.fromEntries(hashes))
    }
    return ids
  }
  const ledger = openLedger(path.join(home.file("data"), "opencode-bucket", "ledger"))
  return { run, talk, shares, ledger }
}

const plain = (body: Buffer, headers: Record<string, string>) =>
  headers["content-encoding"] === "gzip" ? gunzipSync(body) : body

test("concurrent processes that share one session print one link to one version", {
  timeout: 120_000,
}, async () => {
  const { run, talk, shares, ledger } = await meetingPlace()
  const files = [talk(4), talk(8), talk(12), talk(6)]
  const runs = await Promise.all(files.map((file) => run("share", file, "--yes")))
  for (const { status, stderr } of runs) expect({ status, stderr }).toMatchObject({ status: 0 })
  expect(new Set(runs.map(({ stdout }) => stdout)).size).toBe(1)
  const [entry] = await ledger.all()
  expect(shares()).toEqual([entry?.id])
  expect(entry).toMatchObject({ state: "published", url: runs[0]!.stdout.trim() })
})

test("after a concurrent share and unshare, the link is dead and what exists is complete", {
  timeout: 120_000,
}, async () => {
  const { run, talk, shares, ledger } = await meetingPlace()
  const file = talk(4)
  const grown = talk(12)
  for (const late of [0, 90, 180]) {
    const first = JSON.parse((await run("share", file, "--yes", "--json")).stdout)
    const [removed, shared] = await Promise.all([
      sleep(late).then(() => run("unshare", first.id)),
      run("share", grown, "--yes"),
    ])
    expect(removed, removed.stderr).toMatchObject({ status: 0 })
    expect([0, 4], shared.stderr).toContain(shared.status)
    const left = shares()
    expect(left).not.toContain(first.id)
    expect((await ledger.all()).map(({ id }) => id)).toEqual(left)
    for (const id of left) expect((await run("unshare", id)).status).toBe(0)
  }
})
