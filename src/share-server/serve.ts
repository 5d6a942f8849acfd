import { randomBytes } from "node:crypto"
import type { Server } from "node:http"
import type { AddressInfo } from "node:net"
import { fileURLToPath } from "node:url"
import { createAdaptorServer } from "@hono/node-server"
import { getConnInfo } from "@hono/node-server/conninfo"
import { Hono } from "hono"
import { parseDuration } from "../share/expiry.ts"
import { type Destination, openStore } from "../store/open-store.ts"
import { version } from "../version.ts"
import { type Access, proxyAccess, publicAccess } from "./access.ts"
import { serverApp } from "./app.ts"
import { briefly, type Log } from "./log.ts"
import { metrics } from "./metrics.ts"
import { queue } from "./queue.ts"
import { sealWith } from "./seal.ts"
import type { ServerSettings } from "./settings.ts"
import { sharesIn } from "./shares.ts"
import type { SignInOptions } from "./sign-in.ts"
import { sweepSignedOut } from "./signed-out.ts"
import { lookForPending, sweep } from "./sweep.ts"
import { bucketTrial, tryBucket } from "./trial.ts"
import { workers } from "./workers.ts"

export interface RunningServer {
  /** Where it listens: `http://127.0.0.1:8080`. */
  url: string
  /** Takes no more requests, finishes publishing within the limit, and ends. */
  close(): Promise<void>
}

/** Readers are slow, and each has a connection to the bucket. */
const SOCKETS = 256
/** Changes of a session are gathered for so many milliseconds. */
const GATHERED = 1_500
const AGAIN = 2_000
const LOOK_EVERY = 4_000
const SWEEP_EVERY = 3_600_000

/**
 * Starts the server. Throws what listening and opening the store throw, `bad-settings`, and what stands in the way of
 * taking shares back from the bucket.
 */
export async function serve(settings: ServerSettings, log: Log): Promise<RunningServer> {
  const { publicUrl, to, endpoint, region, profile, pathStyle } = settings
  const destination: Destination = { to, endpoint, region, profile, pathStyle }
  const store = await openStore(destination, { maxSockets: SOCKETS })
  const trial = bucketTrial(store, settings.acceptRetention)
  try {
    await tryBucket(trial, log)
  } catch (error) {
    store.close()
    throw error
  }
  const now = () => new Date()
  const figures = metrics()
  const seal = sealWith(settings.cookieKeys.length > 0 ? settings.cookieKeys : [randomBytes(32).toString("base64url")])
  const lifetime = parseDuration(settings.expires) ?? Number.POSITIVE_INFINITY
  const publishing = { destination, version, redact: settings.redact, lifetime }
  const apart = workers(fileURLToPath(import.meta.resolve("#server-worker")), store)

  const waiting = queue({
    async work(id) {
      const start = performance.now()
      const result = await apart.publish({ job: "publish", id, ...publishing })
      if (result === "given up") log("error", "publish given up", { share: briefly(id) })
      figures.count("publishes_total", { result })
      figures.time("publish_seconds", (performance.now() - start) / 1000)
      return result !== "busy"
    },
    onError(id, error) {
      figures.count("publishes_total", { result: "failed" })
      log("error", "publish failed", { share: briefly(id), message: error instanceof Error ? error.message : "" })
    },
    ...{ delay: GATHERED, again: AGAIN, atOnce: settings.publishAtOnce },
  })
  const shares = sharesIn({
    ...{ store, version, now, redact: settings.redact, clean: apart.clean },
    ...{ maxBody: settings.maxRequestMb * 1_000_000, maxShare: settings.maxShareMb * 1_000_000 },
    ...{ link: (id) => `${publicUrl}/share/${id}` },
    ready: trial,
    onKept: (id) => waiting.ask(id),
    audit: (what, { share, token }) => log("audit", what, { share: briefly(share), token }),
  })
  const access = await accessFor(settings, { seal, store, log })
  const app = serverApp({
    ...{ store, shares, access, seal, log, metrics: figures, now, publicUrl },
    ...{ maxBody: settings.maxRequestMb * 1_000_000, ratePerMinute: settings.requestsPerMinute },
  })

  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server
  server.requestTimeout = 60_000
  server.headersTimeout = 15_000
  server.keepAliveTimeout = 65_000
  // Who takes nothing for so long lets others have their connection to the bucket.
  server.timeout = 120_000
  server.maxHeadersCount = 100
  const url = await listen(server, settings.listen)
  const forFigures = settings.metricsListen === undefined ? undefined : await figuresAt(settings.metricsListen)

  async function figuresAt(address: string): Promise<Server> {
    const app = new Hono()
    app.get("/metrics", (context) =>
      context.text(figures.text({ publishes_waiting: waiting.length, memory_bytes: process.memoryUsage().rss }), 200, {
        "content-type": "text/plain; version=0.0.4; charset=utf-8",
      }),
    )
    const server = createAdaptorServer({ fetch: app.fetch }) as Server
    await listen(server, address)
    return server
  }

  const failed = (error: unknown) =>
    log("warn", "sweep failed", { message: error instanceof Error ? error.message : "" })
  const look = lookForPending(store, (id) => waiting.ask(id))
  const timers = [
    every(LOOK_EVERY, () => look().catch(failed)),
    every(SWEEP_EVERY, () => sweep(store, { now, log, remove: shares.remove }).catch(failed)),
    every(SWEEP_EVERY, () => sweepSignedOut(store, now()).catch(failed)),
  ]
  log("info", "listening", { url, publicUrl, bucket: store.name, reading: wayOf(settings) })

  return {
    url,
    async close() {
      for (const stop of timers) stop()
      log("info", "closing", { waiting: waiting.length })
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeIdleConnections()
      const force = setTimeout(() => server.closeAllConnections(), settings.shutdownSeconds * 500)
      await closed
      clearTimeout(force)
      await waiting.close(settings.shutdownSeconds * 500)
      apart.end()
      forFigures?.close()
      forFigures?.closeAllConnections()
      store.close()
      log("info", "closed")
    },
  }
}

/** Does something now and again and again, one at a time; gives what ends it. */
function every(milliseconds: number, work: () => Promise<void>): () => void {
  let timer: NodeJS.Timeout | undefined
  let isOver = false
  const round = async () => {
    await work()
    if (!isOver) timer = setTimeout(round, milliseconds).unref()
  }
  void round()
  return () => {
    isOver = true
    clearTimeout(timer)
  }
}

async function accessFor(
  settings: ServerSettings,
  { seal, store, log }: Pick<SignInOptions, "seal" | "store" | "log">,
): Promise<Access> {
  const { issuer, clientId = "", clientSecret = "", proxyHeader, proxyAddresses } = settings
  if (settings.public) return publicAccess
  if (proxyHeader !== undefined)
    return proxyAccess(
      { header: proxyHeader, proxies: proxyAddresses },
      (context) => getConnInfo(context).remote.address,
    )
  const { everyone, domains, claims, trustEmail, scope, publicUrl, sessionHours } = settings
  const { signInAccess } = await import("./sign-in.ts")
  return signInAccess({
    ...{ issuer: issuer!, clientId, clientSecret, scope, publicUrl, seal, store, log },
    ...{ rules: { everyone, domains, claims, trustEmail }, sessionSeconds: sessionHours * 3600 },
  })
}

const wayOf = ({ public: isPublic, issuer, proxyHeader }: ServerSettings) =>
  isPublic ? "everybody" : (issuer ?? `header ${proxyHeader}`)

async function listen(server: Server, address: string): Promise<string> {
  const [, host = "", port = ""] = /^(.*):(\d+)$/.exec(address) ?? []
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    server.listen(Number(port), host.replace(/^\[|\]$/g, ""), resolve)
  })
  const bound = server.address() as AddressInfo
  return `http://${host}:${bound.port}`
}
