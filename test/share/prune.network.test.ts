import { nanoid } from "nanoid"
import { expect, onTestFinished, test } from "vitest"
import { exportFile } from "../../src/session/export-file.ts"
import type { Lifetime } from "../../src/share/expiry.ts"
import { type Ledger, openLedger } from "../../src/share/ledger.ts"
import { prune } from "../../src/share/prune.ts"
import { share } from "../../src/share/share.ts"
import { type Destination, openStore } from "../../src/store/open-store.ts"
import { fixture } from "../support/run-command.ts"
import { useEnvironment } from "../support/s3-here.ts"
import { startS3Server } from "../support/s3-server.ts"
import { temporaryFolder } from "../support/world.ts"

const day = 86_400_000
const start = Date.parse("2026-11-23T09:00:00.000Z")

/** A user with two places to share to, and a clock that can be set on. */
async function ownUser() {
  const server = await startS3Server({ publicRead: true })
  onTestFinished(() => server.close())
  useEnvironment(server.environment)
  const bucket: Destination = { to: `s3://${server.bucket}`, endpoint: server.endpoint }
  const folder: Destination = { to: temporaryFolder() }
  const ledger = openLedger(temporaryFolder())
  const clock = { time: start }
  const now = () => new Date(clock.time)
  const after = (days: number) => {
    clock.time = start + days * day
  }
  const publish = async (
    name: string,
    destination: Destination,
    more: { lifetime?: Lifetime; existing?: string } = {},
  ) =>
    share(exportFile(fixture(name)), {
      ...{ store: await openStore(destination), destination, ledger, mayShare: () => {} },
      ...{ version: "0.0.0-test", now, newId: nanoid, ...more },
    })
  const pruned = (more: Partial<Parameters<typeof prune>[0]> = {}) => prune({ ledger, open: openStore, now, ...more })
  return { server, bucket, folder, ledger, after, publish, pruned, now }
}

const rule = (days: number): Lifetime => ({ durationMs: days * day, explicit: false })
const asked = (days: number): Lifetime => ({ durationMs: days * day, explicit: true })

test("expired shares are removed at every destination, and the others are kept", async () => {
  const { server, bucket, folder, ledger, after, publish, pruned } = await ownUser()
  const short = await publish("questions", bucket, { lifetime: rule(1) })
  const other = await publish("questions", folder, { lifetime: asked(1) })
  const long = await publish("all-tools", bucket, { lifetime: rule(3) })
  expect(await pruned()).toEqual({ removed: [], failed: [] })
  after(1)
  const { removed, failed } = await pruned()
  expect(failed).toEqual([])
  expect(removed.map(({ id }) => id).sort()).toEqual([short.id, other.id].sort())
  expect((await ledger.all()).map(({ id }) => id)).toEqual([long.id])
  expect([...server.objects().keys()].every((key) => key.startsWith(`s/${long.id}/`))).toBe(true)
  expect((await fetch(long.url)).status).toBe(200)
  expect((await fetch(short.url)).status).toBe(404)
})

test("one failing removal does not stop the others, and the next run continues with it", async () => {
  const { server, bucket, folder, after, publish, pruned } = await ownUser()
  const stuck = await publish("questions", bucket, { lifetime: asked(1) })
  const gone = await publish("all-tools", bucket, { lifetime: asked(1) })
  await publish("questions", folder, { lifetime: asked(1) })
  after(2)
  server.options.undeletable = (key) => (key.startsWith(`s/${stuck.id}/`) ? "AccessDenied" : undefined)
  const first = await pruned()
  expect(first.removed.map(({ id }) => id)).toContain(gone.id)
  expect(first.removed).toHaveLength(2)
  expect(first.failed).toMatchObject([{ id: stuck.id, url: stuck.url, error: { code: "store-denied" } }])
  server.options.undeletable = () => undefined
  expect(await pruned()).toMatchObject({ removed: [{ id: stuck.id }], failed: [] })
  expect(server.versions()).toEqual([])
})

test("an unusable destination is tried once, and the others are still pruned", async () => {
  const { server, bucket, folder, after, publish, pruned } = await ownUser()
  for (const name of ["questions", "all-tools", "apply-patch"]) await publish(name, bucket, { lifetime: asked(1) })
  await publish("questions", folder, { lifetime: asked(1) })
  after(2)
  server.options.fault = () => ({ status: 403, code: "InvalidAccessKeyId" })
  const before = server.requests.length
  const { removed, failed } = await pruned()
  expect(removed).toHaveLength(1)
  expect(failed.map(({ error }) => error.code)).toEqual(Array(3).fill("store-credentials"))
  expect(server.requests.length - before).toBe(1)
})

test("a share that is renewed meanwhile is kept", async () => {
  const { bucket, ledger, after, publish, pruned } = await ownUser()
  const { id, url } = await publish("questions", bucket, { lifetime: asked(1) })
  after(2)
  const stale = await ledger.all()
  await publish("questions", bucket, { lifetime: asked(7) })
  const seen: Ledger = { ...ledger, all: async () => stale }
  expect(await pruned({ ledger: seen })).toEqual({ removed: [], failed: [] })
  expect((await ledger.find(id))?.state).toBe("published")
  expect((await fetch(url)).status).toBe(200)
})

test("only the named destination is pruned, if there is one", async () => {
  const { bucket, folder, after, publish, pruned } = await ownUser()
  const here = await publish("questions", bucket, { lifetime: asked(1) })
  await publish("questions", folder, { lifetime: asked(1) })
  after(2)
  expect((await pruned({ only: bucket })).removed.map(({ id }) => id)).toEqual([here.id])
})

test("in a bucket, all expired shares of any user are removed by their manifests, and nothing else", async () => {
  const { server, bucket, after, publish, pruned } = await ownUser()
  const past = await publish("questions", bucket, { lifetime: asked(1) })
  const later = await publish("all-tools", bucket, { lifetime: asked(9) })
  const never = await publish("apply-patch", bucket)
  const [damaged, strange] = [nanoid(), nanoid()]
  server.putDirectly(`s/${damaged}/manifest.json`, '{"expires":"2020-01-01T00:00:00.000Z"')
  const odd = { format: 1, id: strange, objects: {}, expires: "the day before yesterday" }
  server.putDirectly(`s/${strange}/manifest.json`, JSON.stringify(odd))
  server.putDirectly("s/somebody-else", "mine")
  after(2)
  const ledger = openLedger(temporaryFolder())
  const { removed, failed } = await pruned({ ledger, alsoIn: await openStore(bucket) })
  expect(failed).toEqual([])
  expect(removed.map(({ id }) => id)).toEqual([past.id])
  const left = new Set([...server.objects().keys()].map((key) => key.split("/")[1]))
  expect(left).toEqual(new Set([later.id, never.id, damaged, strange, "somebody-else"]))
})

test("a bucket that cannot be listed is named as a failure", async () => {
  const { server, bucket, folder, after, publish, pruned } = await ownUser()
  await publish("questions", folder, { lifetime: asked(1) })
  after(2)
  server.options.fault = () => ({ status: 403, code: "AccessDenied" })
  const { removed, failed } = await pruned({ alsoIn: await openStore(bucket) })
  expect(removed).toHaveLength(1)
  expect(failed).toMatchObject([{ url: bucket.to, error: { code: "store-denied" } }])
})

test("another expiry changes one page and the manifest only", async () => {
  const { server, bucket, publish } = await ownUser()
  const first = await publish("questions", bucket, { lifetime: asked(3) })
  const html = await (await fetch(first.url)).text()
  expect(html).toContain('<time datetime="2026-11-26">26 November 2026</time>')
  const before = server.requests.length
  const again = await publish("questions", bucket, { lifetime: asked(8) })
  const sent = server.requests.slice(before).filter(({ operation }) => operation === "PutObject")
  expect(sent.map(({ key }) => key)).toEqual([`s/${first.id}/index.html`, `s/${first.id}/manifest.json`])
  expect(again).toMatchObject({ id: first.id, expires: "2026-12-01T09:00:00.000Z", sent: 2 })
  const never = { durationMs: Number.POSITIVE_INFINITY, explicit: true }
  expect(await publish("questions", bucket, { lifetime: never })).toMatchObject({ id: first.id, expires: null })
  expect((await (await fetch(first.url)).text()).includes("<dt>Until")).toBe(false)
})

test("sharing unchanged content keeps its expiry, whatever the setting", async () => {
  const { bucket, after, publish } = await ownUser()
  const { expires } = await publish("questions", bucket, { lifetime: rule(3) })
  after(1)
  expect(await publish("questions", bucket, { lifetime: rule(9) })).toMatchObject({ expires, sent: 0 })
  expect(await publish("questions", bucket)).toMatchObject({ expires, sent: 0 })
})

test("sharing an expired share gives a new link, unless a new expiry is requested", async () => {
  const { server, bucket, after, publish } = await ownUser()
  const first = await publish("questions", bucket, { lifetime: rule(1) })
  after(2)
  const renewed = await publish("questions", bucket, { lifetime: asked(1) })
  expect(renewed).toMatchObject({ id: first.id, expires: "2026-11-26T09:00:00.000Z" })
  after(4)
  await expect(publish("questions", bucket, { existing: first.id })).rejects.toMatchObject({ code: "share-not-found" })
  expect(server.versions()).toEqual([])
  const second = await publish("questions", bucket, { lifetime: rule(1) })
  expect(second.id).not.toBe(first.id)
  expect((await fetch(first.url)).status).toBe(404)
})
