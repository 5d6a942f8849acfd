import { nanoid } from "nanoid"
import { describe, expect, onTestFinished, test } from "vitest"
import { bucketFindings } from "../../src/doctor/bucket-findings.ts"
import { runDoctor } from "../../src/doctor/doctor.ts"
import type { Finding } from "../../src/doctor/finding.ts"
import { openStore } from "../../src/store/open-store.ts"
import { inspectBucket } from "../../src/store/s3/s3-inspect.ts"
import { useEnvironment } from "../support/s3-here.ts"
import { type S3ServerOptions, startS3Server } from "../support/s3-server.ts"
import { temporaryFolder } from "../support/world.ts"

const policy = '{"Version":"2012-10-17"}'

async function ownBucket(options: S3ServerOptions = {}) {
  const server = await startS3Server(options)
  onTestFinished(() => server.close())
  useEnvironment(server.environment)
  const store = await openStore({ to: `s3://${server.bucket}`, endpoint: server.endpoint })
  onTestFinished(() => store.close())
  const facts = () => inspectBucket({ bucket: server.bucket, endpoint: server.endpoint })
  const look = async () => {
    const found: Record<string, Finding> = {}
    for await (const finding of runDoctor({ store, id: nanoid(), facts, policy })) found[finding.about] = finding
    return found
  }
  return { server, store, facts, look }
}

const states = (found: Record<string, Finding>) =>
  Object.fromEntries(Object.entries(found).map(([about, { state }]) => [about, state]))

const fine = {
  ...{ Credentials: "ok", Clock: "ok", Versions: "ok", "Object lock": "ok", Write: "ok", Read: "ok", List: "ok" },
  ...{ Public: "ok", Listing: "ok", Caches: "ok", Delete: "ok" },
}

test("a public bucket without public listing passes, and nothing is left in it", async () => {
  const { server, look } = await ownBucket({ publicRead: true })
  const found = await look()
  expect(states(found)).toEqual(fine)
  expect(found["Credentials"]?.says).toBe("from the environment (AWS_ACCESS_KEY_ID)")
  expect(JSON.stringify(found)).not.toMatch(/testaccess|testsecret/)
  expect(server.versions()).toEqual([])
})

test("a private bucket passes, and the policy that opens it is printed", async () => {
  const { look } = await ownBucket()
  const { Public, ...others } = await look()
  expect(Public).toMatchObject({ state: "note", paste: { text: JSON.stringify(JSON.parse(policy), null, 2) } })
  const { Public: _, ...rest } = fine
  expect(states(others)).toEqual(rest)
})

test("a publicly listable bucket causes a warning", async () => {
  const { look } = await ownBucket({ publicRead: true, publicList: true })
  const found = await look()
  expect(states(found)).toEqual({ ...fine, Listing: "warn" })
  expect(found["Listing"]?.says).toContain("anyone can list the bucket")
})

test("versioning causes a warning, and all versions of the probe are deleted", async () => {
  const { server, look } = await ownBucket({ publicRead: true, versions: "on" })
  expect(states(await look())).toEqual({ ...fine, Versions: "warn" })
  expect(server.versions()).toEqual([])
})

test("a service that does not report versioning is noted, and one that hides instead of deleting fails", async () => {
  const { look } = await ownBucket({ publicRead: true, versions: "unsupported" })
  expect(states(await look())).toEqual({ ...fine, Versions: "note" })
  const hidden = await ownBucket({ publicRead: true, versions: "denied" })
  const found = await hidden.look()
  expect(states(found)).toMatchObject({ Versions: "note", Delete: "fail" })
  expect(found).not.toHaveProperty("Write")
  expect(found["Delete"]?.remedy).toContain("s3:DeleteObjectVersion")
  expect(hidden.server.versions()).toEqual([])
})

test("a wrong clock causes a warning with the difference", async () => {
  const { look } = await ownBucket({ publicRead: true, clockOffset: 10 * 60_000 })
  const found = await look()
  expect(found["Clock"]).toMatchObject({ state: "warn" })
  expect(found["Clock"]?.says).toContain("10 minutes behind")
})

test("a cache that keeps pages causes a warning", async () => {
  const { look, server } = await ownBucket({ publicRead: true })
  const keeps = { status: 200, headers: { "x-cache": "Hit from edge", age: "12" } }
  server.options.fault = ({ anonymous, operation, key }) =>
    anonymous && operation === "GetObject" && server.objects().has(key)
      ? { ...keeps, body: `<meta name="share" content="${key.split("/")[1]}">` }
      : undefined
  const found = await look()
  expect(found["Caches"]).toMatchObject({ state: "warn" })
  expect(found["Caches"]?.says).toContain("x-cache: Hit from edge")
})

test("a public URL that leads elsewhere causes a warning", async () => {
  const { server } = await ownBucket({ publicRead: true })
  const publicUrl = `${server.endpoint}/${server.bucket}/elsewhere`
  const store = await openStore({ to: `s3://${server.bucket}`, endpoint: server.endpoint, publicUrl })
  const found: Finding[] = []
  for await (const finding of runDoctor({ store, id: nanoid() })) found.push(finding)
  expect(found.find(({ about }) => about === "Public")).toMatchObject({ state: "warn" })
  store.close()
})

describe("refusals", () => {
  test("refused credentials are reported once, and nothing else is tried", async () => {
    const { server, look } = await ownBucket()
    useEnvironment({ AWS_SECRET_ACCESS_KEY: "another" })
    const found = await look()
    expect(Object.keys(found)).toEqual(["Credentials"])
    expect(found["Credentials"]).toMatchObject({ state: "fail" })
    expect(server.requests.every(({ method }) => method === "GET")).toBe(true)
  })

  test("a refused bucket is reported once", async () => {
    const { server, store } = await ownBucket()
    const facts = () => inspectBucket({ bucket: "another", endpoint: server.endpoint })
    const found: Finding[] = []
    for await (const finding of runDoctor({ store, id: nanoid(), facts })) found.push(finding)
    expect(found).toMatchObject([{ about: "Credentials" }, { about: "Bucket", state: "fail" }])
  })

  test.each([
    ["PutObject", "Write"],
    ["GetObject", "Read"],
    ["ListObjectsV2", "List"],
  ])("%s is named, and nothing is left", async (operation, about) => {
    const { server, look } = await ownBucket({ publicRead: true, versions: "unsupported" })
    let left = 2
    server.options.fault = (request) =>
      !request.anonymous && request.operation === operation && left-- > 0
        ? { status: 403, code: "AccessDenied" }
        : undefined
    const found = await look()
    expect(found[about]).toMatchObject({ state: "fail" })
    expect(server.versions()).toEqual([])
  })

  test("a write whose response is lost leaves nothing behind", async () => {
    const { server, look } = await ownBucket({ publicRead: true })
    server.options.fault = ({ operation }) => (operation === "PutObject" ? "lost" : undefined)
    expect((await look())["Write"]).toMatchObject({ state: "fail" })
    expect(server.versions()).toEqual([])
  })

  test("refused deletions are reported, and nothing is uploaded", async () => {
    const { server, look } = await ownBucket({ publicRead: true, undeletable: () => "AccessDenied" })
    const found = await look()
    expect(states(found)).toEqual({
      Credentials: "ok",
      Clock: "ok",
      Versions: "ok",
      "Object lock": "ok",
      Delete: "fail",
    })
    expect(found["Delete"]?.remedy).toContain("s3:DeleteObject")
    expect(server.requests.some(({ method }) => method === "PUT")).toBe(false)
  })
})

test.each(["on", "off"] as const)(
  "nothing is left whichever request is refused once (versions %s)",
  async (versions) => {
    const rehearsal = await ownBucket({ publicRead: true, versions })
    await rehearsal.look()
    const { server, look } = await ownBucket({ publicRead: true, versions })
    for (let n = 1; n <= rehearsal.server.requests.length; n++) {
      const refused = server.requests.length + n
      server.options.fault = ({ number }) => (number === refused ? { status: 403, code: "AccessDenied" } : undefined)
      await look()
      expect([n, server.versions()]).toEqual([n, []])
    }
  },
)

test("closing the output at any point leaves nothing behind", async () => {
  const { server, store } = await ownBucket({ publicRead: true, versions: "on" })
  for (let stop = 1; stop <= 7; stop++) {
    let seen = 0
    for await (const _ of runDoctor({ store, id: nanoid() })) if (++seen === stop) break
    expect(server.versions()).toEqual([])
  }
})

test("nothing is uploaded to a bucket with a default retention", async () => {
  const { server, store, facts } = await ownBucket()
  const lock = { mode: "compliance", days: 30 }
  const found: Finding[] = []
  for await (const finding of runDoctor({ store, id: nanoid(), facts: async () => ({ ...(await facts()), lock }) }))
    found.push(finding)
  expect(found.at(-1)).toMatchObject({ about: "Object lock", state: "fail" })
  expect(server.requests.some(({ method }) => method === "PUT")).toBe(false)
})

test("object lock without a rule causes a warning, an unknown state a note", () => {
  const facts = { versioning: "on", clockSkewMs: undefined } as const
  const lockOf = (lock: "on" | "untold") =>
    bucketFindings({ ...facts, lock }).find(({ about }) => about === "Object lock")
  expect(lockOf("on")?.state).toBe("warn")
  expect(lockOf("untold")?.state).toBe("note")
})

test("a local folder passes", async () => {
  const store = await openStore({ to: temporaryFolder() })
  const found: Finding[] = []
  for await (const finding of runDoctor({ store, id: nanoid() })) found.push(finding)
  expect(found.map(({ about, state }) => [about, state])).toEqual([
    ["Write", "ok"],
    ["Read", "ok"],
    ["List", "ok"],
    ["Public", "note"],
    ["Delete", "ok"],
  ])
})
