import { createHash } from "node:crypto"
import { writeFileSync } from "node:fs"
import path from "node:path"
import { gunzipSync, gzipSync } from "node:zlib"
import { describe, expect, it } from "vitest"
import { s3Store } from "../../../src/store/s3/s3.ts"
import { page, s3Here, useEnvironment } from "../../support/s3-here.ts"
import { temporaryFolder } from "../../support/world.ts"
import { inPieces } from "../contract-parts.ts"

const text = (content: Uint8Array | undefined) => content && Buffer.from(content).toString()

describe("an upload", () => {
  it("has a plain body with length, type and cache control, without checksums, ACLs or chunks", async () => {
    const { store, server } = await s3Here({ refuseChecksums: true })
    await store.put("s/one/a.png", {
      body: Buffer.alloc(3_000_000, "ab"),
      contentType: "image/png",
      cacheControl: "max-age=60",
    })
    await store.get("s/one/a.png")
    const [put, get] = server.requests
    expect(put).toMatchObject({ method: "PUT", bucket: "shares", key: "s/one/a.png" })
    expect(put?.headers).toMatchObject({
      "content-length": "3000000",
      "content-type": "image/png",
      "cache-control": "max-age=60",
    })
    const names = [...Object.keys(put?.headers ?? {}), ...Object.keys(get?.headers ?? {})]
    expect(names.filter((name) => /acl|checksum|transfer-encoding|trailer|content-encoding|if-/.test(name))).toEqual([])
  })

  it.each([
    "text/html; charset=utf-8",
    "application/json",
    "text/markdown; charset=utf-8",
    "text/plain",
    "image/svg+xml",
    "text/css",
    "text/javascript",
  ])("is compressed: %s", async (contentType) => {
    const { store, server } = await s3Here()
    await store.put("s/one/a", { ...page("<p>".repeat(100)), contentType })
    const stored = server.objects().get("s/one/a")
    expect(stored?.headers).toMatchObject({ "content-type": contentType, "content-encoding": "gzip" })
    expect(text(gunzipSync(stored?.body ?? ""))).toBe("<p>".repeat(100))
    expect(text(await store.get("s/one/a"))).toBe("<p>".repeat(100))
  })

  it.each(["image/png", "application/pdf", "application/octet-stream", "application/gzip", "image/svg", "text/htmlx"])(
    "is unchanged: %s",
    async (contentType) => {
      const { store, server } = await s3Here()
      await store.put("s/one/a", { ...page("as it is"), contentType })
      expect(server.objects().get("s/one/a")?.headers["content-encoding"]).toBeUndefined()
      expect(text(server.objects().get("s/one/a")?.body)).toBe("as it is")
    },
  )
})

describe("a long upload", () => {
  const hex = createHash("sha256").update("some").digest("hex").repeat(40_000)
  const long = { contentType: "application/json", cacheControl: "no-cache", body: inPieces(hex, "", hex) }

  it("also has a plain body with length and hash", async () => {
    const { store, server } = await s3Here({ refuseChecksums: true })
    await store.put("s/one/session.json", long)
    const { headers = {}, body = "" } = server.requests[0] ?? {}
    expect(gunzipSync(body).toString()).toBe(hex + hex)
    expect(headers).toMatchObject({
      "content-length": String(body.length),
      "content-encoding": "gzip",
      "x-amz-content-sha256": createHash("sha256").update(body).digest("hex"),
    })
    expect(Object.keys(headers).filter((name) => /checksum|transfer-encoding|trailer/.test(name))).toEqual([])
  })

  it.each(["reset", "lost", "truncate", { status: 503, code: "SlowDown" }] as const)(
    "is repeated from its beginning if it did not arrive: %j",
    async (fault) => {
      const { store, server } = await s3Here({ fault: ({ number }) => (number < 3 ? fault : undefined) })
      await store.put("s/one/session.json", long)
      expect(server.requests).toHaveLength(fault === "truncate" ? 1 : 3)
      expect(text(await store.get("s/one/session.json"))).toBe(hex + hex)
    },
  )

  it("is refused with the reason, and unreadable content is not stored", async () => {
    const { store, server } = await s3Here({ fault: () => ({ status: 403, code: "AccessDenied" }) })
    await expect(store.put("s/one/session.json", long)).rejects.toMatchObject({ code: "store-denied" })
    expect(server.requests).toHaveLength(1)
    const { store: other, server: otherServer } = await s3Here()
    const broken = (sent: string) => ({
      length: 10,
      async *chunks() {
        yield Buffer.from(sent)
        throw new Error("the disk is gone")
      },
    })
    for (const contentType of ["application/json", "image/png"])
      await expect(other.put("s/one/a", { ...long, contentType, body: broken("some") })).rejects.toMatchObject({
        code: "store-failed",
      })
    expect(otherServer.objects().size).toBe(0)
  })
})

describe("a download", () => {
  const answer = (headers: Record<string, string>, body: Buffer) => ({ status: 200, headers, body })
  it.each([
    [
      "with the content decompressed on the way",
      { "content-type": "text/html", "content-encoding": "gzip" },
      Buffer.from("whole"),
    ],
    ["without the header that says so", { "content-type": "text/html" }, gzipSync("whole")],
    ["as it was stored", { "content-type": "text/html", "content-encoding": "gzip" }, gzipSync("whole")],
  ])("%s is read", async (_, headers, body) => {
    const { store } = await s3Here({ fault: () => answer(headers, body) })
    expect(text(await store.get("s/one/index.html"))).toBe("whole")
  })

  it("of damaged gzip is an error", async () => {
    const { store } = await s3Here({
      fault: () =>
        answer({ "content-type": "text/html", "content-encoding": "gzip" }, gzipSync("whole").subarray(0, 15)),
    })
    await expect(store.get("s/one/index.html")).rejects.toMatchObject({ code: "store-failed" })
  })
})

it("16 uploads run concurrently", async () => {
  let arrived = 0
  let release = () => {}
  const all = new Promise<void>((resolve) => {
    release = resolve
  })
  // None is answered before all have arrived.
  const { store, server } = await s3Here({
    delay: async () => {
      if (++arrived === 16) release()
      await all
    },
  })
  await Promise.all(Array.from({ length: 16 }, (_, number) => store.put(`s/one/${number}`, page("x"))))
  expect(server.objects().size).toBe(16)
})

it("folders of a bucket are separate", async () => {
  const { store, server } = await s3Here({}, { folder: "team/shares" })
  await store.put("s/one/index.html", page("x"))
  expect([...server.objects().keys()]).toEqual(["team/shares/s/one/index.html"])
  expect(store.name).toBe("s3://shares/team/shares")
  expect(store.url("s/one/index.html")).toBe(`${server.endpoint}/shares/team/shares/s/one/index.html`)
})

describe("the address of an object", () => {
  const keys = {
    AWS_CONFIG_FILE: "/nonexistent",
    AWS_REGION: undefined,
    AWS_DEFAULT_REGION: undefined,
    AWS_PROFILE: undefined,
    AWS_ENDPOINT_URL: undefined,
    AWS_ENDPOINT_URL_S3: undefined,
  }
  const address = async (options: Partial<Parameters<typeof s3Store>[0]>, environment: Record<string, string> = {}) => {
    useEnvironment({ ...keys, ...environment })
    return (await s3Store({ bucket: "team-shares", ...options })).url("s/one/a.html")
  }

  it.each([
    [{ region: "eu-central-1" }, "https://team-shares.s3.eu-central-1.amazonaws.com/s/one/a.html"],
    [{ region: "us-east-1" }, "https://team-shares.s3.us-east-1.amazonaws.com/s/one/a.html"],
    [{ region: "cn-north-1" }, "https://team-shares.s3.cn-north-1.amazonaws.com.cn/s/one/a.html"],
    [
      { region: "eu-central-1", bucket: "shares.corp.example" },
      "https://s3.eu-central-1.amazonaws.com/shares.corp.example/s/one/a.html",
    ],
    [{ region: "eu-central-1", pathStyle: true }, "https://s3.eu-central-1.amazonaws.com/team-shares/s/one/a.html"],
    [{ endpoint: "https://minio.corp.example:9000" }, "https://minio.corp.example:9000/team-shares/s/one/a.html"],
    [{ endpoint: "https://minio.corp.example/s3/" }, "https://minio.corp.example/s3/team-shares/s/one/a.html"],
    [{ endpoint: "https://objects.example", pathStyle: false }, "https://team-shares.objects.example/s/one/a.html"],
    [
      { endpoint: "https://minio.corp.example", folder: "a b/c" },
      "https://minio.corp.example/team-shares/a%20b/c/s/one/a.html",
    ],
    [
      { endpoint: "https://minio.corp.example", folder: "docs", publicUrl: "https://shares.corp.example/" },
      "https://shares.corp.example/s/one/a.html",
    ],
  ])("of %j is %s", async (options, url) => {
    expect(await address(options)).toBe(url)
  })

  it("follows the endpoint and the region of the environment", async () => {
    expect(await address({}, { AWS_ENDPOINT_URL: "https://a.example" })).toBe(
      "https://a.example/team-shares/s/one/a.html",
    )
    expect(await address({}, { AWS_ENDPOINT_URL: "https://a.example", AWS_ENDPOINT_URL_S3: "https://b.example" })).toBe(
      "https://b.example/team-shares/s/one/a.html",
    )
    expect(await address({}, { AWS_REGION: "eu-west-1" })).toBe(
      "https://team-shares.s3.eu-west-1.amazonaws.com/s/one/a.html",
    )
    expect(await address({}, { AWS_DEFAULT_REGION: "eu-west-2" })).toBe(
      "https://team-shares.s3.eu-west-2.amazonaws.com/s/one/a.html",
    )
  })

  it("follows the endpoint and the region of a profile", async () => {
    const file = path.join(temporaryFolder(), "config")
    writeFileSync(file, "[profile minio]\nregion = eu-north-1\nendpoint_url = https://c.example\n")
    expect(await address({ profile: "minio" }, { AWS_CONFIG_FILE: file })).toBe(
      "https://c.example/team-shares/s/one/a.html",
    )
  })

  it("needs a region without an endpoint", async () => {
    await expect(address({})).rejects.toMatchObject({ code: "bad-settings", hint: expect.stringContaining("--region") })
  })

  it.each(["minio.corp.example", "ftp://minio.corp.example", "https://user:hunter2@minio.corp.example", ""])(
    "cannot be built from the endpoint %j, which is not printed",
    async (endpoint) => {
      const error = await address({ endpoint }).catch((refused: unknown) => refused)
      expect(error).toMatchObject({ code: "bad-settings" })
      expect(String(error)).not.toContain("hunter2")
    },
  )
})
