import { nanoid } from "nanoid"
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest"
import { exportFile } from "../../src/session/export-file.ts"
import { openLedger } from "../../src/share/ledger.ts"
import { share } from "../../src/share/share.ts"
import { type Destination, openStore } from "../../src/store/open-store.ts"
import { fixture } from "../support/run-command.ts"
import { type S3Request, type S3ServerOptions, startS3Server } from "../support/s3-server.ts"
import { temporaryFolder } from "../support/world.ts"

afterEach(() => void vi.unstubAllEnvs())

async function ownPlace(options: S3ServerOptions = {}) {
  const server = await startS3Server({ publicRead: true, ...options })
  onTestFinished(() => server.close())
  for (const [name, value] of Object.entries(server.environment)) vi.stubEnv(name, value)
  const ledger = openLedger(temporaryFolder())
  const at = async (name: string, more: Partial<Destination> = {}, rest: { acceptRetention?: () => boolean } = {}) => {
    const destination = { to: `s3://${server.bucket}`, endpoint: server.endpoint, ...more }
    const store = await openStore(destination)
    const from = server.requests.length
    await share(exportFile(fixture(name)), {
      ...{ store, destination, ledger, version: "0", newId: nanoid, now: () => new Date(), mayShare: () => {} },
      ...rest,
    }).finally(() => store.close())
    return server.requests.slice(from)
  }
  return { server, ledger, share: at }
}

const isTrial = (requests: S3Request[]) => requests.some(({ key }) => key.includes("rehearsal-"))

test("a bucket is probed once, with few requests, before anything else is stored", async () => {
  const { server, share } = await ownPlace()
  const first = await share("questions")
  const real = first.findIndex(({ operation, key }) => operation === "PutObject" && key.endsWith("manifest.json"))
  const trial = first.slice(0, real)
  expect(isTrial(trial)).toBe(true)
  expect(trial.length).toBeLessThanOrEqual(16)
  expect(trial.filter(({ operation }) => operation === "PutObject").length).toBe(1)
  for (const again of [await share("questions"), await share("all-tools")]) expect(isTrial(again)).toBe(false)
  expect([...server.objects().keys()].filter((key) => key.includes("rehearsal-"))).toEqual([])
})

test("another folder, path style or key is probed again", async () => {
  const { server, share } = await ownPlace()
  await share("questions")
  expect(isTrial(await share("questions", { to: `s3://${server.bucket}/folder` }))).toBe(true)
  expect(isTrial(await share("questions", { region: "eu-central-1" }).catch(() => []))).toBe(false)
  const other = { accessKey: "another", secretKey: "other-secret" }
  Object.assign(server.options, other)
  vi.stubEnv("AWS_ACCESS_KEY_ID", other.accessKey)
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", other.secretKey)
  expect(isTrial(await share("questions"))).toBe(true)
  expect(isTrial(await share("questions"))).toBe(false)
})

test("a destination with earlier shares needs no probe", async () => {
  const { ledger, server, share } = await ownPlace()
  const destination = { to: `s3://${server.bucket}`, endpoint: server.endpoint }
  const about = { id: nanoid(), session: "ses_before", title: "", destination, created: "2026", updated: "2026" }
  await ledger.save({ ...about, state: "published", url: "https://shares.corp.example/s/x/index.html" })
  expect(isTrial(await share("questions"))).toBe(false)
})

describe.each(["off", "on"] as const)("versions %s", (versions) => {
  test.each(["PutObject", "GetObject", "ListObjectVersions", "ListObjectsV2", "DeleteObject", "DeleteVersion"])(
    "with %s refused, nothing is stored, the right is named, and the probe leaves nothing",
    async (operation) => {
      const { server, share } = await ownPlace({ versions })
      const names: Record<string, string> = {
        ListObjectVersions: versions === "on" ? "s3:ListBucketVersions" : "",
        ListObjectsV2: "s3:ListBucket",
        DeleteVersion: versions === "on" ? "s3:DeleteObjectVersion" : "",
      }
      server.options.fault = (request) => {
        const isVersion = request.query.has("versionId") || request.body.includes("VersionId")
        const asked = request.operation.startsWith("Delete")
          ? isVersion
            ? "DeleteVersion"
            : "DeleteObject"
          : request.operation
        return asked === operation && !request.anonymous ? { status: 403, code: "AccessDenied" } : undefined
      }
      const right = names[operation] ?? `s3:${operation}`
      const done = share("questions")
      if (right === "") return void expect((await done).length).toBeGreaterThan(0)
      await expect(done).rejects.toMatchObject({
        code: "store-denied",
        message: expect.stringMatching(/^Nothing was shared: /),
        hint: expect.stringContaining(right),
      })
      expect(server.requests.some(({ key, method }) => method === "PUT" && key.endsWith(".json"))).toBe(false)
      expect(server.versions().filter(({ deleteMarker }) => !deleteMarker)).toEqual([])
      expect(server.versions().length).toBe(operation === "DeleteVersion" ? 1 : 0)
    },
  )

  test("an interrupted probe leaves nothing after the next one", async () => {
    const rehearsal = await ownPlace({ versions })
    const all = await rehearsal.share("questions")
    const trial = all.findIndex(({ operation, key }) => operation === "PutObject" && key.endsWith("manifest.json"))
    for (let n = 1; n <= trial; n++) {
      const { server, share } = await ownPlace({ versions })
      server.options.fault = ({ number, anonymous }) =>
        number > n && !anonymous ? { status: 403, code: "AccessDenied" } : undefined
      await expect(share("questions")).rejects.toThrow()
      server.options.fault = () => undefined
      await share("questions")
      const ids = new Set(server.versions().map(({ key }) => key.split("/")[1]))
      expect([n, ids.size]).toEqual([n, 1])
    }
  })
})

test("the service's message is quoted", async () => {
  const { server, share } = await ownPlace()
  const message =
    "User: arn:aws:iam::1:user/dana is not authorized to perform: s3:PutObject because of an explicit deny"
  server.options.fault = ({ operation }) =>
    operation === "PutObject" ? { status: 403, code: "AccessDenied", message } : undefined
  await expect(share("questions")).rejects.toMatchObject({ message: expect.stringContaining(message) })
})

describe("a default retention", () => {
  const lock =
    "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>COMPLIANCE</Mode><Years>1</Years></DefaultRetention></Rule></ObjectLockConfiguration>"
  const locked: S3ServerOptions = {
    versions: "on",
    fault: ({ operation }) =>
      operation === "GetObjectLockConfiguration"
        ? { status: 200, headers: { "content-type": "application/xml" }, body: lock }
        : undefined,
  }

  test("is refused before anything is stored, unless it is accepted for that share", async () => {
    const { server, share } = await ownPlace(locked)
    await expect(share("questions")).rejects.toMatchObject({
      code: "store-denied",
      message: expect.stringContaining("locked for 365 days (object lock, compliance mode)"),
    })
    expect(server.requests.some(({ method }) => method === "PUT")).toBe(false)
    const accepted = await share("questions", {}, { acceptRetention: () => true })
    expect(accepted.some(({ key }) => key.endsWith("manifest.json"))).toBe(true)
    // An existing share is updated; another session is another decision.
    await share("questions")
    await expect(share("all-tools")).rejects.toMatchObject({ code: "store-denied" })
  })
})
