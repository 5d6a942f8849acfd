import dns from "node:dns"
import fc from "fast-check"
import { describe, expect, it, onTestFinished, vi } from "vitest"
import { verifyErasable } from "../../../src/share/probe-store.ts"
import { newShareId } from "../../../src/share/share-id.ts"
import { openStore } from "../../../src/store/open-store.ts"
import { s3Store } from "../../../src/store/s3/s3.ts"
import { actualLocation, bucketInEndpoint } from "../../../src/store/s3/s3-endpoint.ts"
import { runs } from "../../support/property-runs.ts"
import { s3Here, useEnvironment } from "../../support/s3-here.ts"
import { errorOf } from "./s3-error-of.ts"

/** The services' own addresses, as their documentation writes them. */
const services = [
  "https://s3.amazonaws.com",
  "https://s3.eu-west-1.amazonaws.com",
  "https://s3.dualstack.us-east-2.amazonaws.com",
  "https://s3.cn-north-1.amazonaws.com.cn",
  "https://0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com",
  "https://0123456789abcdef0123456789abcdef.eu.r2.cloudflarestorage.com",
  "https://nyc3.digitaloceanspaces.com",
  "https://s3.us-west-004.backblazeb2.com",
  "https://s3.eu-central-2.wasabisys.com",
  "https://storage.googleapis.com",
  "https://eu-central-1.linodeobjects.com",
  "https://fsn1.your-objectstorage.com",
  "https://s3.fr-par.scw.cloud",
  "https://s3.gra.io.cloud.ovh.net",
]

const label = fc.stringMatching(/^[a-z][a-z0-9-]{1,20}[a-z0-9]$/).filter((name) => !name.includes("--"))
const bucket = fc.oneof(
  label,
  fc.tuple(label, label).map((names) => names.join(".")),
)
const folder = fc.oneof(
  fc.constant(""),
  label,
  fc.tuple(label, label).map((names) => names.join("/")),
)
const ending = fc.constantFrom("", "/", "//")

describe("the bucket's name in the address of a known service", () => {
  it("is refused in host and path, with the right spelling, for any name", async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...services), bucket, folder, ending, async (service, bucket, folder, end) => {
        const to = folder === "" ? `s3://${bucket}` : `s3://${bucket}/${folder}`
        for (const endpoint of [`${service}/${bucket}${end}`, `${service.replace("//", `//${bucket}.`)}${end}`]) {
          const error = await errorOf(openStore({ to, endpoint, region: "eu-west-1" }))
          expect(error.code).toBe("bad-settings")
          expect(error.hint).toBe(`Give the address of the service alone: --to ${to} --endpoint ${service}`)
        }
      }),
      { numRuns: runs(60) },
    )
  })

  it("is reported with the folder that follows it", () => {
    fc.assert(
      fc.property(fc.constantFrom(...services), bucket, folder, (service, bucket, folder) => {
        const below = folder === "" ? "" : `/${folder}`
        expect(bucketInEndpoint(`${service}/${bucket}${below}`, bucket)).toMatchObject({
          service,
          isCertain: true,
          folder,
        })
        // Objects stored like that are found again.
        const landed = { endpoint: service, bucket, folder: [folder, bucket, "x"].filter(Boolean).join("/") }
        expect(actualLocation(`${service}/${bucket}${below}`, { bucket, folder: "x" })).toEqual(landed)
        expect(actualLocation(`${service.replace("//", `//${bucket}.`)}${below}`, { bucket, folder: "x" })).toEqual(
          landed,
        )
      }),
    )
  })

  it("is refused in a variable as well", async () => {
    useEnvironment({ AWS_ENDPOINT_URL_S3: "https://team-shares.nyc3.digitaloceanspaces.com" })
    expect(await errorOf(s3Store({ bucket: "team-shares", region: "nyc3" }))).toMatchObject({ code: "bad-settings" })
  })

  it("is not assumed: a bucket may have the name of a region or an account", () => {
    for (const [endpoint, bucket] of [
      ["https://nyc3.digitaloceanspaces.com", "nyc3"],
      ["https://team-shares.r2.cloudflarestorage.com", "team-shares"],
      ["https://s3.eu-west-1.amazonaws.com", "eu-west-1"],
      ["https://eu-central-1.linodeobjects.com", "eu-central-1"],
      ["https://project.supabase.co/storage/v1/s3", "team-shares"],
      ["https://minio.corp.example/storage/", "team-shares"],
      ["http://127.0.0.1:9000", "127"],
      ["http://localhost:9000", "localhost"],
    ] as const)
      expect([endpoint, bucketInEndpoint(endpoint, bucket)]).toEqual([endpoint, undefined])
  })
})

describe("another service's address", () => {
  it("that may contain the bucket's name is not an error by itself", async () => {
    for (const endpoint of ["https://team-shares.corp.example", "https://corp.example/team-shares"])
      (await openStore({ to: "s3://team-shares", endpoint })).close()
  })

  it("that does contain it is detected at the first listing, with the right one", async () => {
    const { server } = await s3Here()
    const endpoint = `${server.endpoint}/${server.bucket}`
    const store = await s3Store({ bucket: server.bucket, endpoint })
    const error = await errorOf(store.remote!.checkPermissions("s/one/"))
    expect(error).toMatchObject({ code: "bad-settings", message: expect.stringContaining(endpoint) })
    expect(error.hint).toBe(
      `Give the address of the service alone: --to s3://${server.bucket} --endpoint ${server.endpoint}`,
    )
    expect(server.versions()).toEqual([])
    store.close()
  })

  it("with the same name as the bucket works; one of the bucket is reported", async () => {
    const lookup = dns.lookup as (...args: unknown[]) => void
    vi.spyOn(dns, "lookup").mockImplementation(((name: string, ...rest: unknown[]) =>
      lookup(name.endsWith(".corp.example") ? "127.0.0.1" : name, ...rest)) as typeof dns.lookup)
    onTestFinished(() => void vi.restoreAllMocks())
    for (const pathStyleOnly of [true, false]) {
      const { server } = await s3Here({ pathStyleOnly })
      const { port } = new URL(server.endpoint)
      const store = await s3Store({ bucket: server.bucket, endpoint: `http://${server.bucket}.corp.example:${port}` })
      const tried = verifyErasable(store, newShareId())
      if (pathStyleOnly) expect(await tried).toBe("proven")
      else
        await expect(tried).rejects.toMatchObject({
          code: "bad-settings",
          hint: expect.stringContaining(`--endpoint http://corp.example:${port}`),
        })
      expect(server.versions()).toEqual([])
      store.close()
    }
  })
})
