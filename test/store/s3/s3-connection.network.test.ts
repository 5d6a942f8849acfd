import { createServer } from "node:net"
import { describe, expect, it, onTestFinished } from "vitest"
import { s3Error } from "../../../src/store/s3/errors/s3-error.ts"
import { s3Store } from "../../../src/store/s3/s3.ts"
import { collect, page, s3Here } from "../../support/s3-here.ts"

import { errorOf, putError } from "./s3-error-of.ts"

const impatient = { connect: 300, idle: 300 }

describe("connecting to an endpoint", () => {
  const put = async (endpoint: string) => {
    const { server } = await s3Here()
    const store = await s3Store({ bucket: server.bucket, endpoint, timeouts: impatient })
    return errorOf(store.put("s/one/index.html", page("x")))
  }

  it("reports an unknown host", async () => {
    expect(await put("http://shares.invalid")).toMatchObject({
      code: "store-unreachable",
      message: "http://shares.invalid cannot be reached: its name is not known.",
    })
  })

  it("reports a refused connection", async () => {
    expect(await put("http://127.0.0.1:9")).toMatchObject({
      code: "store-unreachable",
      message: "http://127.0.0.1:9 cannot be reached: the connection was refused.",
    })
  })

  it("tries a silent endpoint twice, then reports it", async () => {
    const { store, server } = await s3Here({ fault: () => "hang" }, { timeouts: impatient })
    expect(await errorOf(store.put("s/one/index.html", page("x")))).toMatchObject({
      code: "store-unreachable",
      message: expect.stringContaining("did not answer in time"),
    })
    expect(server.requests.length).toBe(2)
  })

  it("does not retry a silent endpoint once the store is closed", async () => {
    const { store, server } = await s3Here({ fault: () => "hang" })
    const asked = errorOf(store.put("s/one/index.html", page("x")))
    await expect.poll(() => server.requests.length).toBe(1)
    store.close()
    expect(await asked).toMatchObject({ code: "store-unreachable" })
    expect(server.requests.length).toBe(1)
  })

  it("reports an endpoint that speaks another protocol", async () => {
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

  it("reports an untrusted certificate", () => {
    const about = {
      operation: "write",
      bucket: "shares",
      endpoint: "https://minio.corp.example",
      region: "us-east-1",
    } as const
    for (const [code, message, hint] of [
      ["DEPTH_ZERO_SELF_SIGNED_CERT", "is not trusted", "NODE_EXTRA_CA_CERTS"],
      ["SELF_SIGNED_CERT_IN_CHAIN", "is not trusted", "NODE_EXTRA_CA_CERTS"],
      ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "is not trusted", "NODE_EXTRA_CA_CERTS"],
      ["CERT_HAS_EXPIRED", "has expired", "renewed"],
      ["CERT_NOT_YET_VALID", "not valid yet", "clock"],
      ["ERR_TLS_CERT_ALTNAME_INVALID", "another host name", "--path-style"],
    ] as const) {
      const error = s3Error(Object.assign(new Error("tls"), { code }), about)
      expect(error).toMatchObject({
        code: "store-unreachable",
        message: expect.stringContaining(message),
        hint: expect.stringContaining(hint),
      })
    }
  })

  it.each(["reset", "lost", "hang"] as const)("retries a request that failed once (%s)", async (fault) => {
    const { store, server } = await s3Here(
      { fault: ({ number }) => (number === 1 ? fault : undefined) },
      { timeouts: impatient },
    )
    await store.put("s/one/index.html", page("whole"))
    expect(Buffer.from((await store.get("s/one/index.html"))!).toString()).toBe("whole")
    expect(server.requests.length).toBe(3)
  })

  it("reports a connection that breaks each time", async () => {
    expect(await putError({ fault: () => "reset" })).toMatchObject({
      code: "store-unreachable",
      message: expect.stringContaining("broke repeatedly"),
    })
  })

  it("reads an object again if the connection breaks within it, and never accepts a part of it", async () => {
    let breaks = 2
    const { store } = await s3Here({
      fault: ({ operation }) => (operation === "GetObject" && breaks-- > 0 ? "truncate" : undefined),
    })
    await store.put("s/one/a.png", { ...page("0123456789"), contentType: "image/png" })
    expect(Buffer.from((await store.get("s/one/a.png"))!).toString()).toBe("0123456789")
    breaks = 100
    expect(await errorOf(store.get("s/one/a.png"))).toMatchObject({ code: "store-unreachable" })
  })

  it("gives an error or the whole listing if the connection breaks within a listing", async () => {
    const { store } = await s3Here({
      fault: ({ operation }) => (operation.startsWith("List") ? "truncate" : undefined),
    })
    await store.put("s/one/a", page("x"))
    expect(await errorOf(collect(store.list("s/one/")))).toMatchObject({ code: expect.stringMatching(/^store-/) })
  })
})

describe("a service that is busy", () => {
  it("is retried until the fifth attempt, then reported", async () => {
    const { store, server } = await s3Here({
      fault: () => ({ status: 503, code: "SlowDown", message: "Please reduce your request rate." }),
    })
    expect(await errorOf(store.put("s/one/index.html", page("x")))).toMatchObject({ code: "store-busy" })
    expect(server.requests.length).toBe(5)
  })

  it("is not reported if it recovers", async () => {
    const { store, server } = await s3Here({
      fault: ({ number }) => (number < 4 ? { status: 503, code: "SlowDown" } : undefined),
    })
    await store.put("s/one/index.html", page("x"))
    expect(server.objects().size).toBe(1)
  })
})

it("a busy service is retried after its Retry-After", async () => {
  const asked: number[] = []
  const { store } = await s3Here({
    fault: ({ number }) => {
      asked.push(Date.now())
      return number === 1 ? { status: 503, code: "SlowDown", headers: { "retry-after": "1" } } : undefined
    },
  })
  await store.put("s/one/index.html", page("x"))
  expect(asked[1]! - asked[0]!).toBeGreaterThan(900)
})

it("a longer timeout can be set for a slow service", async () => {
  const { store } = await s3Here({ fault: () => "hang" }, { timeoutSeconds: 1 })
  await expect(store.put("s/one/index.html", page("x"))).rejects.toMatchObject({
    code: "store-unreachable",
    hint: expect.stringContaining("--timeout-seconds"),
  })
})
