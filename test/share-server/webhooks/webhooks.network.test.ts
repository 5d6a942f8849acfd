import { createHmac } from "node:crypto"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import fc from "fast-check"
import { expect, onTestFinished, test } from "vitest"
import { jsonLogger } from "../../../src/share-server/log.ts"
import { createMetrics } from "../../../src/share-server/metrics.ts"
import { signatureHeaders } from "../../../src/share-server/webhooks/sign-webhook.ts"
import { WEBHOOK_EVENTS } from "../../../src/share-server/webhooks/webhook-queue.ts"
import { createWebhooks } from "../../../src/share-server/webhooks/webhooks.ts"
import { directoryStore } from "../../../src/store/directory/directory.ts"
import { collect } from "../../../src/store/object-store.ts"
import { administered } from "../../support/administered.ts"
import { runs } from "../../support/property-runs.ts"
import { temporaryFolder } from "../../support/world.ts"

const secret = `whsec_${Buffer.from("a secret of thirty-two characters").toString("base64")}`

test("a signature is that of the specification's example", () => {
  const example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
  const headers = signatureHeaders(example, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, '{"test": 2432232314}')
  expect(headers["webhook-signature"]).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
})

type Fault = "500" | "404" | "redirect" | "reset" | "none"

/** A receiver that checks signatures, and fails as it is told first. */
async function receiver(faults: Fault[] = []) {
  const taken: { id: string; type: string; timestamp: string; data: Record<string, unknown> }[] = []
  const forged: string[] = []
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString()
    const { "webhook-id": id, "webhook-timestamp": seconds, "webhook-signature": signature } = request.headers
    const key = Buffer.from("a secret of thirty-two characters")
    const expected = createHmac("sha256", key).update(`${id}.${seconds}.${body}`).digest("base64")
    if (signature !== `v1,${expected}`) forged.push(body)
    const fault = faults.shift() ?? "none"
    if (fault === "reset") return void request.socket.resetAndDestroy()
    if (fault === "none") taken.push({ id: String(id), ...JSON.parse(body) })
    response.writeHead({ "500": 500, "404": 404, redirect: 307, none: 204 }[fault], { location: "/elsewhere" }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, taken, forged }
}

async function queue(faults: Fault[] = []) {
  const store = await directoryStore(temporaryFolder())
  const receives = await receiver(faults)
  let ms = Date.parse("2026-12-01T12:00:00Z")
  const now = () => new Date(ms)
  const log: string[] = []
  const instance = (events: readonly (typeof WEBHOOK_EVENTS)[number][] = WEBHOOK_EVENTS, own = store) =>
    createWebhooks({
      ...{ store: own, url: receives.url, secret, events, now },
      linkOf: (id) => `https://shares.corp.example/share/${id}`,
      log: jsonLogger((line) => log.push(line)),
      metrics: createMetrics(),
    })
  const wait = (byMs: number) => {
    ms += byMs
  }
  const waiting = async () => (await collect(store.list("webhooks/"))).length
  return { ...receives, store, instance, wait, waiting, log }
}

test("whatever fails, and whichever instance is killed, every message is taken, signed, under one id, and the queue is empty", async () => {
  const fault = fc.constantFrom<Fault>("500", "404", "redirect", "reset", "none")
  await fc.assert(
    fc.asyncProperty(
      fc.array(fault, { maxLength: 8 }),
      fc.array(fc.boolean(), { maxLength: 6 }),
      async (faults, kills) => {
        const { instance, wait, waiting, taken, forged, store } = await queue(faults)
        const healthy = instance()
        for (const [n, isKilled] of kills.entries()) {
          // A killed instance has stored the message, and does nothing more.
          const dead = { ...store, delete: () => Promise.reject(new Error("killed")) }
          const own = isKilled ? instance(WEBHOOK_EVENTS, dead) : healthy
          own.report("share.removed", { id: `share-${n}` })
          await own.settled()
        }
        for (let n = 0; n < 12 && (await waiting()) > 0; n++) {
          wait(3_600_000)
          await Promise.all([instance().deliverDue(), healthy.deliverDue()])
        }
        expect(await waiting()).toBe(0)
        expect(forged).toEqual([])
        expect(new Set(taken.map(({ data }) => data["id"])).size).toBe(kills.length)
        // What is repeated has the id of the first attempt.
        expect(new Set(taken.map(({ id }) => id)).size).toBe(kills.length)
      },
    ),
    { numRuns: runs(15) },
  )
})

test("a message is repeated after seconds, then hours, and given up after a day, which the log says", async () => {
  const { instance, wait, waiting, taken, log } = await queue(Array.from({ length: 11 }, () => "500" as const))
  const own = instance()
  own.report("share.removed", { id: "x" })
  await own.settled()
  wait(4_000)
  await own.deliverDue()
  expect(log.length).toBe(1)
  for (let n = 0; n < 10; n++) {
    wait(8 * 3_600_000)
    await own.deliverDue()
  }
  expect(log.filter((line) => line.includes("webhook failed")).length).toBe(10)
  expect(JSON.parse(log.at(-1)!)).toMatchObject({
    level: "error",
    event: "webhook given up",
    type: "share.removed",
    message: "The receiver answered 500.",
  })
  expect([await waiting(), taken.length]).toEqual([0, 0])
})

test("messages say what a share is, and only the events that are wanted are reported", async () => {
  const { store, ids } = await administered({ title: "Totals", directory: "billing" })
  const { instance, taken } = await queue()
  const own = instance(["share.updated", "share.read"], store)
  const [id] = ids
  own.report("share.created", { id: id! })
  own.report("share.updated", { id: id! })
  await own.settled()
  own.report("share.read", { id: id!, reader: "dana@corp.example", path: "index.html" })
  await own.settled()
  expect(taken).toMatchObject([
    {
      type: "share.updated",
      data: { id, title: "Totals", project: "billing", url: `https://shares.corp.example/share/${id}` },
    },
    { type: "share.read", data: { id, reader: "dana@corp.example", path: "index.html" } },
  ])
  expect(await collect(store.list("webhooks/"))).toEqual([])
})
