import { homedir } from "node:os"
import path from "node:path"
import { describe, expect, it } from "vitest"
import { openStore, parseDestination } from "../../src/store/open-store.ts"
import { temporaryFolder } from "../support/world.ts"

describe("a destination", () => {
  it.each([
    ["s3://team-shares", { kind: "s3", bucket: "team-shares", folder: "" }],
    ["s3://team-shares/", { kind: "s3", bucket: "team-shares", folder: "" }],
    ["S3://team-shares/a/b c/", { kind: "s3", bucket: "team-shares", folder: "a/b c" }],
    ["s3://my.bucket.example", { kind: "s3", bucket: "my.bucket.example", folder: "" }],
    ["s3://Old_Bucket", { kind: "s3", bucket: "Old_Bucket", folder: "" }],
    ["/srv/shares", { kind: "directory", folder: path.resolve("/srv/shares") }],
    ["shares", { kind: "directory", folder: path.resolve("shares") }],
    ["./a b/ü", { kind: "directory", folder: path.resolve("a b/ü") }],
    ["~", { kind: "directory", folder: homedir() }],
    ["~/shares", { kind: "directory", folder: path.join(homedir(), "shares") }],
    ["~other/shares", { kind: "directory", folder: path.resolve("~other/shares") }],
  ])("%s is parsed", (to, place) => {
    expect(parseDestination(to)).toEqual(place)
  })

  it.each([
    "",
    " ",
    "s3://",
    "s3:///folder",
    "s3://ab",
    "s3://bad bucket",
    "s3://a..b",
    "s3://-bucket",
    "s3://user@bucket",
    "s3://bucket/../other",
    "s3://bucket/a//b",
    "s3://bucket/a\u0000b",
    "s3://bucket/ä?x",
    `s3://${"x".repeat(64)}`,
    "a\0b",
  ])("%j is refused with a hint", (to) => {
    expect(() => parseDestination(to)).toThrow(
      expect.objectContaining({ code: "bad-settings", hint: expect.stringMatching(/\.$|team-shares/) }),
    )
  })

  it.each([
    ["gs://bucket", /--endpoint/],
    ["https://minio.corp.example/bucket", /s3:\/\/bucket.*--endpoint/],
    ["http://minio.corp.example", /s3:\/\/bucket.*--endpoint/],
    ["file:///srv/shares", /local folder/],
  ])("%s is refused with the right spelling", (to, hint) => {
    expect(() => parseDestination(to)).toThrow(
      expect.objectContaining({ code: "bad-settings", hint: expect.stringMatching(hint) }),
    )
  })
})

describe("opening", () => {
  it("a folder creates nothing yet", async () => {
    const folder = path.join(temporaryFolder(), "not", "yet")
    const store = await openStore({ to: folder, publicUrl: "https://shares.corp.example/" })
    expect(store.name).toBe(folder)
    expect(store.url("s/one/index.html")).toBe("https://shares.corp.example/s/one/index.html")
    expect(await store.get("s/one/index.html")).toBeUndefined()
  })

  it("a bucket sends nothing and loads no credentials", async () => {
    const store = await openStore({
      to: "s3://team-shares/docs",
      endpoint: "http://127.0.0.1:9",
      region: "eu-central-1",
    })
    expect(store.name).toBe("s3://team-shares/docs")
    expect(store.url("s/one/index.html")).toBe("http://127.0.0.1:9/team-shares/docs/s/one/index.html")
    store.close()
  })

  it.each([
    "shares.corp.example",
    "ftp://x.example",
    "https://x.example/?a=1",
    "https://x.example/#a",
    "https://user:hunter2@x.example",
  ])("refuses the public URL %s and does not print it", async (publicUrl) => {
    const error = await openStore({ to: "/srv/shares", publicUrl }).catch((refused: unknown) => refused)
    expect(error).toMatchObject({ code: "bad-settings" })
    expect(String(error)).not.toContain("hunter2")
  })
})
