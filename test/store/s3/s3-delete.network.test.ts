import { describe, expect, it } from "vitest"
import { collect, keysOf, page, s3Here } from "../../support/s3-here.ts"
import type { S3Server } from "../../support/s3-server.ts"

const many = (count: number) => Array.from({ length: count }, (_, number) => ({ key: `s/one/${number}`, size: 1 }))
const operations = ({ requests }: S3Server) => requests.map(({ operation }) => operation)
const xml = (body: string) => ({ status: 200, headers: { "content-type": "application/xml" }, body })

it("sends batches of at most 1,000, each with its MD5 and without any other checksum", async () => {
  const { store, server } = await s3Here({ refuseChecksums: true })
  await store.delete(many(2500))
  expect(operations(server)).toEqual(["DeleteObjects", "DeleteObjects", "DeleteObjects"])
  expect(server.requests.map(({ body }) => body.toString().match(/<Key>/g)?.length)).toEqual([1000, 1000, 500])
  for (const { headers } of server.requests) {
    expect(headers["content-md5"]).toMatch(/^[A-Za-z0-9+/]{22}==$/)
    expect(Object.keys(headers).filter((name) => name.includes("checksum"))).toEqual([])
  }
})

describe("a service without DeleteObjects", () => {
  it.each([
    [501, "NotImplemented"],
    [405, "MethodNotAllowed"],
    [400, "InvalidRequest"],
  ])("that responds %s %s gets deletes one by one, without further batches", async (status, code) => {
    const { store, server } = await s3Here({
      fault: ({ operation }) => (operation === "DeleteObjects" ? { status, code } : undefined),
    })
    for (const { key } of many(30)) await store.put(key, page("x"))
    await store.delete(many(20))
    await store.delete(many(30))
    expect(server.objects().size).toBe(0)
    expect(operations(server).filter((operation) => operation === "DeleteObjects").length).toBe(1)
  })

  it("still tries every entry when one is refused", async () => {
    const { store, server } = await s3Here({
      deleteObjects: "unsupported",
      undeletable: (key) => (key.endsWith("/3") ? "AccessDenied" : undefined),
    })
    for (const { key } of many(20)) await store.put(key, page("x"))
    await expect(store.delete(many(20))).rejects.toMatchObject({
      code: "store-denied",
      message: expect.stringContaining("s3://shares/s/one/3"),
    })
    expect([...server.objects().keys()]).toEqual(["s/one/3"])
  })
})

describe("the response of DeleteObjects", () => {
  it("names refused keys as failures", async () => {
    const { store } = await s3Here({ undeletable: (key) => (/[57]$/.test(key) ? "AccessDenied" : undefined) })
    await expect(store.delete(many(10))).rejects.toMatchObject({
      code: "store-denied",
      message: expect.stringContaining("s/one/5"),
    })
  })

  it("does not count a missing object as a failure", async () => {
    const { store } = await s3Here({ undeletable: () => "NoSuchKey" })
    await store.delete(many(3))
  })

  it.each(["InternalError", "SlowDown"])("has keys with %s retried one by one", async (code) => {
    const row = (key: string) => `<Error><Key>${key}</Key><Code>${code}</Code><Message>Try again.</Message></Error>`
    const { store, server } = await s3Here({
      fault: ({ operation }) =>
        operation === "DeleteObjects"
          ? xml(`<DeleteResult>${row("s/one/1")}${row("s/one/2")}</DeleteResult>`)
          : undefined,
    })
    await store.put("s/one/1", page("x"))
    await store.put("s/one/2", page("x"))
    await store.delete(many(3))
    expect(server.objects().size).toBe(0)
    expect(operations(server)).toEqual(["PutObject", "PutObject", "DeleteObjects", "DeleteObject", "DeleteObject"])
  })
})

describe("the version `null` of an unversioned bucket", () => {
  it("is deleted without a version if the service does not know it", async () => {
    const unknown = { status: 501, code: "NotImplemented" }
    const { store, server } = await s3Here({
      fault: ({ operation, query, body }) =>
        operation === "DeleteObjects" && body.includes("VersionId")
          ? xml(
              "<DeleteResult><Error><Key>s/one/a</Key><VersionId>null</VersionId><Code>NotImplemented</Code></Error></DeleteResult>",
            )
          : operation === "DeleteObject" && query.has("versionId")
            ? unknown
            : undefined,
    })
    await store.put("s/one/a", page("x"))
    await store.delete(await collect(store.list("s/one/")))
    expect(server.versions()).toEqual([])
  })
})

describe("a bucket whose versions cannot be listed", () => {
  it.each(["on", "unsupported"] as const)(
    "is not reported as empty if its content is only hidden (DeleteObjects %s)",
    async (deleteObjects) => {
      const { store, server } = await s3Here({ versions: "denied", deleteObjects })
      await store.put("s/one/a", page("secret"))
      const hidden = store.delete(await collect(store.list("s/one/")))
      await expect(hidden).rejects.toMatchObject({
        code: "left-behind",
        hint: expect.stringMatching(/s3:ListBucketVersions and s3:DeleteObjectVersion/),
      })
      expect(server.versions().map(({ deleteMarker }) => deleteMarker)).toEqual([true, false])
    },
  )
})

it("deletes foreign objects below the prefix, whatever their names", async () => {
  const { store, server } = await s3Here()
  const names = [
    "s/one/",
    "s/one/.DS_Store",
    "s/one/a b+c%20d?e#f",
    "s/one/ä&<>\"'",
    "s/one/tab\tbell\u0007",
    "s/one//double",
  ]
  for (const key of names) server.putDirectly(key, "x")
  server.putDirectly("s/onetwo/stays", "x")
  expect((await keysOf(store, "s/one/")).sort()).toEqual(names.toSorted())
  await store.delete(await collect(store.list("s/one/")))
  expect([...server.objects().keys()]).toEqual(["s/onetwo/stays"])
})

it("a batch whose response is lost succeeds when it is retried", async () => {
  const { store, server } = await s3Here({
    fault: ({ operation, number }) => (operation === "DeleteObjects" && number === 2 ? "lost" : undefined),
  })
  await store.put("s/one/0", page("x"))
  await store.delete(many(1))
  expect(server.objects().size).toBe(0)
  expect(operations(server)).toEqual(["PutObject", "DeleteObjects", "DeleteObjects"])
})

describe("credentials that may delete each object, but not a batch", () => {
  const denied = { status: 403, code: "AccessDenied" }

  it.each(["off", "on"] as const)("delete one by one, without a second batch (versions %s)", async (versions) => {
    const { store, server } = await s3Here({
      versions,
      fault: ({ operation }) => (operation === "DeleteObjects" ? denied : undefined),
    })
    for (let n = 0; n < 40; n++) await store.put(`s/one/${n}`, page("x"))
    const listed = await collect(store.list("s/one/"))
    await store.delete(listed.slice(0, 30))
    await store.delete(listed.slice(30))
    expect(server.versions()).toEqual([])
    expect(operations(server).filter((operation) => operation === "DeleteObjects").length).toBe(1)
  })

  it("delete each object that the batch refuses", async () => {
    const row = (n: number) =>
      `<Error><Key>s/one/${n}</Key><Code>AccessDenied</Code><Message>Access Denied</Message></Error>`
    const { store, server } = await s3Here({
      fault: ({ operation }) =>
        operation === "DeleteObjects" ? xml(`<DeleteResult>${row(1)}${row(2)}</DeleteResult>`) : undefined,
    })
    for (const n of [1, 2]) await store.put(`s/one/${n}`, page("x"))
    await store.delete(many(3).slice(1))
    expect(server.versions()).toEqual([])
  })

  it("send at most 16 concurrent deletes", async () => {
    let atOnce = 0
    let most = 0
    const { store, server } = await s3Here({
      fault: ({ operation }) => (operation === "DeleteObjects" ? denied : undefined),
      async delay({ operation }) {
        if (operation !== "DeleteObject") return
        most = Math.max(most, ++atOnce)
        await new Promise((resolve) => setTimeout(resolve, 2))
        atOnce--
      },
    })
    for (const { key } of many(200)) server.putDirectly(key, "x")
    await store.delete(many(200))
    expect(server.versions()).toEqual([])
    expect(most).toBeGreaterThan(1)
    expect(most).toBeLessThanOrEqual(16)
  })

  it("without the right to delete the version `null` delete without a version in an unversioned bucket", async () => {
    const { store, server } = await s3Here({
      fault: ({ operation, query, body }) =>
        (operation === "DeleteObject" && query.has("versionId")) ||
        (operation === "DeleteObjects" && body.includes("VersionId"))
          ? denied
          : undefined,
    })
    for (const { key } of many(20)) await store.put(key, page("x"))
    const listed = await collect(store.list("s/one/"))
    expect(listed[0]?.version).toBe("null")
    await store.delete(listed)
    expect(server.versions()).toEqual([])
  })

  it("without the right to delete versions are refused with the missing right, and nothing is reported as deleted", async () => {
    const { store, server } = await s3Here({
      versions: "on",
      fault: ({ operation, query, body }) =>
        (operation === "DeleteObject" && query.has("versionId")) ||
        (operation === "DeleteObjects" && body.includes("VersionId"))
          ? denied
          : undefined,
    })
    await store.put("s/one/a", page("x"))
    await expect(store.delete(await collect(store.list("s/one/")))).rejects.toMatchObject({
      code: "store-denied",
      hint: expect.stringContaining("s3:DeleteObjectVersion"),
    })
    expect(server.versions().length).toBe(1)
  })
})

it("a delete marker is deleted after the content that it hides, and kept if the content stays", async () => {
  for (const isKept of [false, true]) {
    const { store, server } = await s3Here({
      versions: "on",
      deleteObjects: "unsupported",
      fault: ({ operation, query }) =>
        isKept && operation === "DeleteObject" && query.get("versionId")?.endsWith("-1")
          ? { status: 403, code: "AccessDenied" }
          : undefined,
    })
    await store.put("s/one/a", page("x"))
    await store.delete([{ key: "s/one/a", size: 0 }]).catch(() => {})
    const from = server.requests.length
    const done = store.delete(await collect(store.list("s/one/")))
    if (isKept) await expect(done).rejects.toMatchObject({ code: "store-denied" })
    else await done
    expect(server.versions().map(({ deleteMarker }) => deleteMarker)).toEqual(isKept ? [true, false] : [])
    const asked = server.requests.slice(from).filter(({ operation }) => operation === "DeleteObject")
    expect(asked.map(({ query }) => query.get("versionId")?.split("-")[1])).toEqual(isKept ? ["1"] : ["1", "2"])
  }
})

it("a service that is too slow for a thousand objects gets smaller batches", async () => {
  const count = (body: Buffer) => body.toString().split("<Object>").length - 1
  const { store, server } = await s3Here(
    { fault: ({ operation, body }) => (operation === "DeleteObjects" && count(body) > 70 ? "hang" : undefined) },
    { timeouts: { connect: 200, idle: 200 } },
  )
  const keys = Array.from({ length: 300 }, (_, number) => `s/one/${number}`)
  for (const key of keys) server.putDirectly(key, "x")
  await store.delete(keys.map((key) => ({ key, size: 1 })))
  expect(server.objects().size).toBe(0)
  const batches = server.requests
    .filter(({ operation }) => operation === "DeleteObjects")
    .map(({ body }) => count(body))
  // Each size is asked for twice, as for any timeout; what works stays.
  expect(batches).toEqual([300, 300, 75, 75, 19, ...Array.from({ length: 15 }, () => expect.any(Number))])
})
