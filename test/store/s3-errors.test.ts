import { createServer } from "node:net"
import { describe, expect, it, onTestFinished } from "vitest"
import { ShareError } from "../../src/errors.ts"
import { s3Store } from "../../src/store/s3.ts"
import { s3Error } from "../../src/store/s3-errors.ts"
import { collect, page, s3Here, useEnvironment } from "../support/s3-here.ts"
import type { FaultAnswer, S3ServerOptions } from "../support/s3-server.ts"

const impatient = { connect: 300, idle: 300 }

/** The error of a call, which has to be one that can be shown to a person. */
async function errorOf(call: Promise<unknown>): Promise<ShareError> {
  const error = await call.then(
    () => undefined,
    (refused: unknown) => refused,
  )
  expect(error).toBeInstanceOf(ShareError)
  const { message, hint } = error as ShareError
  expect(message).toMatch(/^[^\n]{10,300}\.$/)
  expect(hint).toMatch(/^[^\n]{10,300}$/)
  expect(message + hint).not.toMatch(/testsecret|undefined|\[object/)
  return error as ShareError
}

const refuseWith = (answer: FaultAnswer): S3ServerOptions => ({ fault: () => answer })

async function putError(options: S3ServerOptions, more = {}): Promise<ShareError> {
  const { store } = await s3Here(options, more)
  return errorOf(store.put("s/one/index.html", page("x")))
}

describe("credentials", () => {
  it("are asked for when there are none", async () => {
    const { store } = await s3Here()
    useEnvironment({ AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined, HOME: "/nonexistent" })
    const error = await errorOf(store.put("s/one/index.html", page("x")))
    expect(error).toMatchObject({
      code: "store-credentials",
      message: "No valid credentials for the bucket were found.",
    })
    expect(error.hint).toContain("AWS_ACCESS_KEY_ID")
  })

  it("with an unknown access key are told apart from a wrong secret", async () => {
    const { store, server } = await s3Here()
    useEnvironment({ AWS_ACCESS_KEY_ID: "somebody" })
    expect(await errorOf(store.put("s/one/index.html", page("x")))).toMatchObject({
      code: "store-credentials",
      message: "The service does not know the access key.",
    })
    useEnvironment({ ...server.environment, AWS_SECRET_ACCESS_KEY: "guessed" })
    const other = await s3Store({ bucket: server.bucket, endpoint: server.endpoint })
    expect(await errorOf(other.put("s/one/index.html", page("x")))).toMatchObject({
      code: "store-credentials",
      message: "The secret key does not belong to the access key.",
    })
    expect(server.objects().size).toBe(0)
  })

  it.each([
    [400, "ExpiredToken", /has expired/],
    [403, "InvalidToken", /does not accept the session token/],
  ])("of a session: %s %s", async (status, code, message) => {
    expect(await putError(refuseWith({ status, code }))).toMatchObject({
      code: "store-credentials",
      message: expect.stringMatching(message),
    })
  })

  it("that ran out during a delete stop it at once", async () => {
    const { store, server } = await s3Here({
      fault: ({ operation }) => (operation.startsWith("Delete") ? { status: 400, code: "ExpiredToken" } : undefined),
    })
    const entries = Array.from({ length: 50 }, (_, number) => ({ key: `s/one/${number}`, size: 1 }))
    expect(await errorOf(store.delete(entries))).toMatchObject({ code: "store-credentials" })
    expect(server.requests.length).toBe(1)
  })
})

describe("the clock", () => {
  it.each([-2, 3])("may be %s hours off: the time of the answer is taken instead", async (hours) => {
    const { store, server } = await s3Here({ clockOffset: hours * 3_600_000 })
    await store.put("s/one/index.html", page("x"))
    expect([...server.objects().keys()]).toEqual(["s/one/index.html"])
  })

  it("is told by how much it is wrong when the service insists", async () => {
    const error = await putError({
      clockOffset: 7_200_000,
      fault: () => ({ status: 403, code: "RequestTimeTooSkewed" }),
    })
    expect(error).toMatchObject({ code: "store-clock", message: expect.stringMatching(/is 120 minutes behind/) })
  })
})

describe("the bucket", () => {
  it("is missing", async () => {
    expect(await putError({}, { bucket: "elsewhere" })).toMatchObject({
      code: "store-bucket-missing",
      message: expect.stringMatching(/^There is no bucket elsewhere at http:/),
    })
  })

  it("has a name that the service does not take", async () => {
    expect(await putError(refuseWith({ status: 400, code: "InvalidBucketName" }))).toMatchObject({
      code: "bad-settings",
    })
  })

  it("is in another region, which is named when the service tells it", async () => {
    const region = {
      code: "bad-settings",
      message: expect.stringContaining("eu-central-1"),
      hint: "Set the region: --region eu-central-1.",
    }
    expect(await putError({ region: "eu-central-1" })).toMatchObject(region)
    const redirect = { status: 301, code: "PermanentRedirect", headers: { "x-amz-bucket-region": "eu-central-1" } }
    expect(await putError(refuseWith(redirect))).toMatchObject(region)
    expect(await putError(refuseWith({ status: 301, code: "PermanentRedirect" }))).toMatchObject({
      code: "bad-settings",
      message: expect.stringContaining("us-east-1"),
    })
  })

  it.each([
    [403, "QuotaExceeded", "Quota exceeded"],
    [507, "XMinioStorageFull", "Storage backend has reached its minimum free drive threshold."],
    [403, "AccessDenied", "Cannot upload files, storage cap exceeded."],
  ])("is full: %s %s", async (status, code, message) => {
    expect(await putError(refuseWith({ status, code, message }))).toMatchObject({
      code: "store-failed",
      message: "The bucket shares is full or over its quota.",
    })
  })
})

describe("access denied", () => {
  const denying = (...operations: string[]): S3ServerOptions => ({
    fault: ({ operation }) =>
      operations.includes(operation) ? { status: 403, code: "AccessDenied", message: "Access Denied" } : undefined,
  })

  it("names the permission to put, to get, to list and to delete", async () => {
    const { store } = await s3Here(
      denying("PutObject", "GetObject", "ListObjectsV2", "ListObjectVersions", "DeleteObjects", "DeleteObject"),
    )
    const calls: [() => Promise<unknown>, RegExp][] = [
      [() => store.put("s/one/a", page("x")), /s3:PutObject /],
      [() => store.get("s/one/a"), /s3:GetObject /],
      [() => collect(store.list("s/one/")), /s3:ListBucket /],
      [() => collect(store.folders("s/")), /s3:ListBucket /],
      [() => store.delete([{ key: "s/one/a", size: 1 }]), /s3:DeleteObject .*s3:DeleteObjectVersion/],
    ]
    for (const [call, hint] of calls) {
      const error = await errorOf(call())
      expect(error).toMatchObject({ code: "store-denied", hint: expect.stringMatching(hint) })
      expect(error.message).toContain("s3://shares/s/")
    }
  })
})

describe("the way to the service", () => {
  const put = async (endpoint: string) => {
    const { server } = await s3Here()
    const store = await s3Store({ bucket: server.bucket, endpoint, timeouts: impatient })
    return errorOf(store.put("s/one/index.html", page("x")))
  }

  it("is not known by name", async () => {
    expect(await put("http://shares.invalid")).toMatchObject({
      code: "store-unreachable",
      message: "http://shares.invalid cannot be reached: its name is not known.",
    })
  })

  it("is refused", async () => {
    expect(await put("http://127.0.0.1:9")).toMatchObject({
      code: "store-unreachable",
      message: "http://127.0.0.1:9 cannot be reached: the connection was refused.",
    })
  })

  it("is silent: asked twice, then told", async () => {
    const { store, server } = await s3Here({ fault: () => "hang" }, { timeouts: impatient })
    expect(await errorOf(store.put("s/one/index.html", page("x")))).toMatchObject({
      code: "store-unreachable",
      message: expect.stringContaining("did not answer in time"),
    })
    expect(server.requests.length).toBe(2)
  })

  it("is spoken to in the wrong protocol", async () => {
    const { server } = await s3Here()
    expect(await put(server.endpoint.replace("http:", "https:"))).toMatchObject({
      code: "store-unreachable",
      message: expect.stringContaining("does not speak the protocol"),
    })
    const other = createServer((socket) => socket.end("SSH-2.0-OpenSSH_9.9\r\n")).listen(0, "127.0.0.1")
    onTestFinished(() => void other.close())
    const { port } = await new Promise<{ port: number }>((resolve) =>
      other.once("listening", () => resolve(other.address() as { port: number })),
    )
    expect(await put(`http://127.0.0.1:${port}`)).toMatchObject({
      code: "store-unreachable",
      message: expect.stringContaining("does not speak the protocol"),
    })
  })

  it("has a certificate that is not trusted", () => {
    const about = {
      doing: "write",
      bucket: "shares",
      endpoint: "https://minio.corp.example",
      region: "us-east-1",
    } as const
    for (const code of [
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      "SELF_SIGNED_CERT_IN_CHAIN",
      "CERT_HAS_EXPIRED",
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      "ERR_TLS_CERT_ALTNAME_INVALID",
    ]) {
      const error = s3Error(Object.assign(new Error("tls"), { code }), about)
      expect(error).toMatchObject({
        code: "store-unreachable",
        message: expect.stringContaining("certificate"),
        hint: expect.stringContaining("NODE_EXTRA_CA_CERTS"),
      })
    }
  })

  it.each(["reset", "lost", "hang"] as const)(
    "fails once (%s), and what was asked is done all the same",
    async (fault) => {
      const { store, server } = await s3Here(
        { fault: ({ number }) => (number === 1 ? fault : undefined) },
        { timeouts: impatient },
      )
      await store.put("s/one/index.html", page("whole"))
      expect(Buffer.from((await store.get("s/one/index.html"))!).toString()).toBe("whole")
      expect(server.requests.length).toBe(3)
    },
  )

  it("breaks each time", async () => {
    expect(await putError({ fault: () => "reset" })).toMatchObject({
      code: "store-unreachable",
      message: expect.stringContaining("broke in the middle"),
    })
  })

  it("breaks within the content of an object: read again, never taken for the whole", async () => {
    let breaks = 2
    const { store } = await s3Here({
      fault: ({ operation }) => (operation === "GetObject" && breaks-- > 0 ? "truncate" : undefined),
    })
    await store.put("s/one/a.png", { ...page("0123456789"), contentType: "image/png" })
    expect(Buffer.from((await store.get("s/one/a.png"))!).toString()).toBe("0123456789")
    breaks = 100
    expect(await errorOf(store.get("s/one/a.png"))).toMatchObject({ code: "store-unreachable" })
  })

  it("breaks within a listing: an error or the whole, never a part", async () => {
    const { store } = await s3Here({
      fault: ({ operation }) => (operation.startsWith("List") ? "truncate" : undefined),
    })
    await store.put("s/one/a", page("x"))
    expect(await errorOf(collect(store.list("s/one/")))).toMatchObject({ code: expect.stringMatching(/^store-/) })
  })
})

describe("a service that is busy", () => {
  it("is tried five times, then said so", async () => {
    const { store, server } = await s3Here({
      fault: () => ({ status: 503, code: "SlowDown", message: "Please reduce your request rate." }),
    })
    expect(await errorOf(store.put("s/one/index.html", page("x")))).toMatchObject({ code: "store-busy" })
    expect(server.requests.length).toBe(5)
  })

  it("and recovers is not worth a word", async () => {
    const { store, server } = await s3Here({
      fault: ({ number }) => (number < 4 ? { status: 503, code: "SlowDown" } : undefined),
    })
    await store.put("s/one/index.html", page("x"))
    expect(server.objects().size).toBe(1)
  })
})

describe("an endpoint that is not S3", () => {
  const site = (status: number): S3ServerOptions => ({
    fault: () => ({
      status,
      headers: { "content-type": "text/html; charset=utf-8" },
      body: "<!DOCTYPE html><html><head><title>Console</title></head><body><p>Hello<br></body></html>",
    }),
  })

  it.each([200, 404, 405, 400, 403])("is recognised when it answers %s with a web page", async (status) => {
    const { store } = await s3Here(site(status))
    for (const call of [
      () => store.put("s/one/a", page("x")),
      () => collect(store.list("s/one/")),
      () => collect(store.folders("s/")),
    ]) {
      expect(await errorOf(call())).toMatchObject({
        code: "store-failed",
        message: expect.stringMatching(/does not answer like an S3 service/),
      })
    }
  })
})

describe("what cannot be erased", () => {
  const entry = [{ key: "s/one/a", size: 1 }]
  it.each([
    ["AccessDenied", "Access Denied because object protected by object lock.", /object lock/],
    ["ObjectLocked", "Object is WORM protected and cannot be overwritten", /object lock/],
    ["RetentionPolicyNotMet", "Object is under active retention", /object lock/],
    ["AccessDenied", "Mfa Authentication must be used for this request", /multi-factor/],
  ])("is told why: %s, %s", async (code, message, told) => {
    const { store } = await s3Here({
      fault: ({ operation }) =>
        operation === "DeleteObjects"
          ? {
              status: 200,
              headers: { "content-type": "application/xml" },
              body: `<DeleteResult><Error><Key>s/one/a</Key><Code>${code}</Code><Message>${message}</Message></Error></DeleteResult>`,
            }
          : undefined,
    })
    expect(await errorOf(store.delete(entry))).toMatchObject({
      code: "store-denied",
      message: expect.stringMatching(told),
    })
  })
})

it("an answer that nobody has foreseen is quoted", async () => {
  expect(await putError(refuseWith({ status: 418, code: "Teapot", message: "Short and stout." }))).toMatchObject({
    code: "store-failed",
    message: expect.stringMatching(
      /^Could not write s3:\/\/shares\/s\/one\/index.html: http:.* answered 418 Teapot: Short and stout\.$/,
    ),
  })
})
