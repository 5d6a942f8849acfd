import http from "node:http"
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3"
import { describe, expect, it, onTestFinished } from "vitest"
import { page, s3Here } from "../../support/s3-here.ts"
import type { S3Server, S3ServerOptions } from "../../support/s3-server.ts"

/** A request as a stranger makes it, or with a signature of its own making. */
async function ask(server: S3Server, path: string, options: http.RequestOptions = {}) {
  return new Promise<{ status: number; type: string; body: string }>((resolve, reject) => {
    const request = http.request(server.endpoint + path, { agent: false, ...options }, async (answer) => {
      let body = ""
      for await (const chunk of answer.setEncoding("latin1")) body += chunk
      resolve({ status: answer.statusCode ?? 0, type: answer.headers["content-type"] ?? "", body })
    })
    request.on("error", reject).end()
  })
}

/** The SDK as it comes, without what this package does for other services. */
async function sdk(options: S3ServerOptions) {
  const { server } = await s3Here(options)
  const client = new S3Client({ endpoint: server.endpoint, region: "us-east-1", forcePathStyle: true, maxAttempts: 1 })
  onTestFinished(() => client.destroy())
  return { server, client }
}

describe("the embedded server", () => {
  it("allows anonymous reads only as configured", async () => {
    const { server, store } = await s3Here()
    await store.put("s/one/a.png", { ...page("hello"), contentType: "image/png" })
    expect(await ask(server, "/shares/s/one/a.png")).toMatchObject({
      status: 403,
      body: expect.stringContaining("<Code>AccessDenied</Code>"),
    })
    server.options.publicRead = true
    expect(await ask(server, "/shares/s/one/a.png")).toEqual({ status: 200, type: "image/png", body: "hello" })
    expect(await ask(server, "/shares/s/one/b.png")).toMatchObject({ status: 404 })
    expect(await ask(server, "/shares?list-type=2")).toMatchObject({ status: 403 })
    expect(await ask(server, "/shares/s/one/a.png", { method: "DELETE" })).toMatchObject({ status: 403 })
    server.options.publicList = true
    expect(await ask(server, "/shares?list-type=2")).toMatchObject({
      status: 200,
      body: expect.stringContaining("s/one/a.png"),
    })
  })

  it("also accepts the bucket's name in the host", async () => {
    const { server, store } = await s3Here({ publicRead: true })
    await store.put("s/one/a.png", { ...page("hello"), contentType: "image/png" })
    expect(await ask(server, "/s/one/a.png", { headers: { host: "shares.localhost" } })).toMatchObject({
      status: 200,
      body: "hello",
    })
  })

  it("refuses a wrong signature", async () => {
    const { server, store } = await s3Here()
    await store.put("s/one/a", page("x"))
    const { headers } = server.requests[0]!
    const forged = {
      ...headers,
      authorization: headers["authorization"]!.replace(/.$/, (last) => (last === "0" ? "1" : "0")),
    }
    expect(
      await ask(server, "/shares/s/one/a", { method: "PUT", headers: { ...forged, "content-length": 0 } }),
    ).toMatchObject({ status: 403 })
    const { authorization: _, "content-length": __, ...unsigned } = headers
    expect(
      await ask(server, "/shares/s/one/a", {
        method: "GET",
        headers: { ...unsigned, authorization: "AWS4-HMAC-SHA256 nonsense" },
      }),
    ).toMatchObject({ status: 400 })
  })

  it("refuses the SDK's default chunks and checksums", async () => {
    const { Readable } = await import("node:stream")
    const { client, server } = await sdk({ refuseChecksums: true })
    const stream = new PutObjectCommand({
      Bucket: "shares",
      Key: "a",
      Body: Readable.from([Buffer.from("x")]),
      ContentLength: 1,
    })
    await expect(client.send(stream)).rejects.toMatchObject({ name: "NotImplemented" })
    await expect(client.send(new PutObjectCommand({ Bucket: "shares", Key: "a", Body: "x" }))).rejects.toMatchObject({
      name: "InvalidArgument",
    })
    await expect(
      client.send(
        new PutObjectCommand({ Bucket: "shares", Key: "a", Body: "x", ContentMD5: "AAAAAAAAAAAAAAAAAAAAAA==" }),
      ),
    ).rejects.toThrow()
    expect(server.objects().size).toBe(0)
  })
})
