import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { runs } from "../../support/property-runs.ts"
import { collect, keysOf, page, s3Here } from "../../support/s3-here.ts"
import type { S3Request } from "../../support/s3-server.ts"

const xml = (body: string) => ({ status: 200, headers: { "content-type": "application/xml" }, body })
const listings = ({ operation }: S3Request) => operation === "ListObjectsV2" || operation === "ListObjectVersions"

describe("a service without versions", () => {
  it.each([
    [501, "NotImplemented"],
    [405, "MethodNotAllowed"],
    [400, "InvalidArgument"],
  ])("that responds %s %s is listed without versions from then on", async (status, code) => {
    const { store, server } = await s3Here({
      fault: ({ operation }) => (operation === "ListObjectVersions" ? { status, code } : undefined),
    })
    await store.put("s/one/a", page("x"))
    expect(await collect(store.list("s/one/"))).toEqual([{ key: "s/one/a", size: expect.any(Number) }])
    expect(await collect(store.folders("s/"))).toEqual(["one"])
    expect(server.requests.map(({ operation }) => operation)).toEqual([
      "PutObject",
      "ListObjectVersions",
      "ListObjectsV2",
      "ListObjectsV2",
    ])
  })

  it("may ignore the request for versions: its objects are listed", async () => {
    const { store } = await s3Here({ versions: "ignored" })
    await store.put("s/one/a", page("x"))
    expect(await keysOf(store, "s/one/")).toEqual(["s/one/a"])
    expect(await collect(store.folders("s/"))).toEqual(["one"])
    await store.delete(await collect(store.list("s/one/")))
    expect(await keysOf(store, "s/one/")).toEqual([])
  })
})

it("credentials without the right to list versions list objects, also concurrently", async () => {
  const { store } = await s3Here({ versions: "denied" })
  await store.put("s/one/a", page("x"))
  expect(await Promise.all([keysOf(store, "s/one/"), collect(store.folders("s/"))])).toEqual([["s/one/a"], ["one"]])
})

describe("a listing", () => {
  it("has everything once, for any page size and number of versions", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 7 }),
        fc.array(fc.tuple(fc.constantFrom("a", "a/b", "a-b", "b", "ä", "c"), fc.boolean()), { maxLength: 20 }),
        async (pageSize, writes) => {
          const { store, server } = await s3Here({ versions: "on", pageSize })
          for (const [name, hide] of writes) {
            if (hide) await store.delete([{ key: `s/one/${name}`, size: 0 }]).catch(() => {})
            else await store.put(`s/one/${name.replace("ä", "z")}`, page(name))
          }
          const listed = (await collect(store.list("s/one/"))).map(({ key, version }) => `${key} ${version}`)
          expect(listed.sort()).toEqual(
            server
              .versions()
              .map(({ key, version }) => `${key} ${version}`)
              .sort(),
          )
          await store.delete(await collect(store.list("s/one/")))
          expect(server.versions()).toEqual([])
        },
      ),
      { numRuns: runs(20) },
    )
  })

  it("throws on a truncated page instead of ending there", async () => {
    const { store } = await s3Here({
      versions: "unsupported",
      fault: ({ operation }) =>
        operation === "ListObjectsV2"
          ? xml(
              "<ListBucketResult><Name>shares</Name><IsTruncated>true</IsTruncated><Contents><Key>s/one/a</Key></Contents></ListBucketResult>",
            )
          : undefined,
    })
    await expect(collect(store.list("s/one/"))).rejects.toMatchObject({
      code: "store-failed",
      message: expect.stringContaining("broke off a listing"),
    })
  })

  it("throws on a repeated page instead of looping", async () => {
    const { store } = await s3Here({
      versions: "unsupported",
      fault: ({ operation }) =>
        operation === "ListObjectsV2"
          ? xml(
              "<ListBucketResult><Name>shares</Name><IsTruncated>true</IsTruncated><NextContinuationToken>again</NextContinuationToken></ListBucketResult>",
            )
          : undefined,
    })
    await expect(collect(store.list("s/one/"))).rejects.toMatchObject({ code: "store-failed" })
    const versions = xml(
      "<ListVersionsResult><Name>shares</Name><IsTruncated>true</IsTruncated><NextKeyMarker>s/one/a</NextKeyMarker><NextVersionIdMarker>1</NextVersionIdMarker></ListVersionsResult>",
    )
    const { store: other } = await s3Here({ fault: (request) => (listings(request) ? versions : undefined) })
    await expect(collect(other.list("s/one/"))).rejects.toMatchObject({ code: "store-failed" })
  })

  it("has the start key once if the next page repeats it, as Ceph's do", async () => {
    const version = (key: string, id: number) =>
      `<Version><Key>s/one/${key}</Key><VersionId>${id}</VersionId><Size>1</Size></Version>`
    const { store } = await s3Here({
      fault: ({ query }) =>
        query.get("key-marker") === null
          ? xml(
              `<ListVersionsResult><Name>shares</Name><IsTruncated>true</IsTruncated><NextKeyMarker>s/one/b</NextKeyMarker><NextVersionIdMarker>3</NextVersionIdMarker>${version("a", 1)}${version("a", 2)}${version("b", 3)}</ListVersionsResult>`,
            )
          : xml(
              `<ListVersionsResult><Name>shares</Name><IsTruncated>false</IsTruncated>${version("a", 1)}${version("a", 2)}${version("b", 3)}${version("b", 4)}</ListVersionsResult>`,
            ),
    })
    const listed = (await collect(store.list("s/one/"))).map(({ key, version }) => `${key} ${version}`)
    expect(listed).toEqual(["s/one/a 1", "s/one/a 2", "s/one/b 3", "s/one/b 4"])
  })
})

it("a service that lists keys outside the prefix is not trusted", async () => {
  const { store, server } = await s3Here({
    versions: "unsupported",
    fault: ({ operation }) =>
      operation === "ListObjectsV2"
        ? xml(
            "<ListBucketResult><Name>shares</Name><IsTruncated>false</IsTruncated><Contents><Key>s/onetwo/a</Key></Contents></ListBucketResult>",
          )
        : undefined,
  })
  await expect(collect(store.list("s/one/"))).rejects.toMatchObject({
    code: "store-failed",
    message: expect.stringContaining("s/onetwo/a"),
  })
  expect(server.requests.some(({ operation }) => operation.startsWith("Delete"))).toBe(false)
})
