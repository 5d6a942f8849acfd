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
import { type Access, proxyAccess, publicAccess } from "./access/access.ts"
import { createTokenCipher } from "./access/encrypted-token.ts"
import type { SignInOptions } from "./access/sign-in.ts"
import { sweepSignedOut } from "./access/signed-out.ts"
import { serverApp } from "./app.ts"
import { type Log, shortId } from "./log.ts"
import { createMetrics } from "./metrics.ts"
import { bucketCheck, checkAtStart } from "./publishing/bucket-check.ts"
import { publishQueue } from "./publishing/publish-queue.ts"
import { dirtyShareScan, sweep } from "./publishing/sweep.ts"
import type { ServerSettings } from "./settings.ts"
import { shareBackends } from "./shares/share-backend.ts"
import { workerPool } from "./workers/worker-pool.ts"

export interface RunningServer {
  /** Listening address: `http://127.0.0.1:8080`. */
  url: string
  /** Stops accepting requests, finishes publishing within the time limit, and ends. */
  close(): Promise<void>
}

/** Connections to the bucket: each slow reader holds one. */
const MAX_CONNECTIONS = 256
/** Debounce delay between a change of a session and its publishing. */
const PUBLISH_DELAY_MS = 1_500
const PUBLISH_RETRY_MS = 2_000
const DIRTY_SCAN_INTERVAL_MS = 4_000
const SWEEP_INTERVAL_MS = 3_600_000

/**
 * Starts the server. Throws what listening and opening the store throw, `bad-settings`, and what prevents deleting
 * objects from the bucket.
 */
export async function serve(settings: ServerSettings, log: Log): Promise<RunningServer> {
  const { publicUrl, to, endpoint, region, profile, pathStyle } = settings
  const destination: Destination = { to, endpoint, region, profile, pathStyle }
  const store = await openStore(destination, { maxSockets: MAX_CONNECTIONS })
  const checkBucket = bucketCheck(store, settings.acceptRetention)
  try {
    await checkAtStart(checkBucket, log)
  } catch (error) {
    store.close()
    throw error
  }
  const now = () => new Date()
  const metrics = createMetrics()
  const tokenCipher = createTokenCipher(
    settings.cookieKeys.length > 0 ? settings.cookieKeys : [randomBytes(32).toString("base64url")],
  )
  const lifetime = parseDuration(settings.expires) ?? Number.POSITIVE_INFINITY
  const publishing = { destination, version, redact: settings.redact, lifetime }
  const pool = workerPool(fileURLToPath(import.meta.resolve("#server-worker")), store)

  const queue = publishQueue({
    async work(id) {
      const start = performance.now()
      const result = await pool.publish({ job: "publish", id, ...publishing })
      if (result === "given up") log("error", "publish given up", { share: shortId(id) })
      metrics.increment("publishes_total", { result })
      metrics.observe("publish_seconds", (performance.now() - start) / 1000)
      return result !== "busy"
    },
    onError(id, error) {
      metrics.increment("publishes_total", { result: "failed" })
      log("error", "publish failed", { share: shortId(id), message: error instanceof Error ? error.message : "" })
    },
    delayMs: PUBLISH_DELAY_MS,
    retryMs: PUBLISH_RETRY_MS,
    concurrency: settings.publishAtOnce,
  })
  const backends = shareBackends({
    store,
    version,
    now,
    redact: settings.redact,
    clean: pool.clean,
    maxBodyBytes: settings.maxRequestMb * 1_000_000,
    maxShareBytes: settings.maxShareMb * 1_000_000,
    linkOf: (id) => `${publicUrl}/share/${id}`,
    ready: checkBucket,
    onStored: (id) => queue.enqueue(id),
    audit: (what, { share, token }) => log("audit", what, { share: shortId(share), token }),
  })
  const access = await accessFor(settings, { tokenCipher, store, log })
  const app = serverApp({
    store,
    backends,
    access,
    tokenCipher,
    log,
    metrics,
    now,
    publicUrl,
    maxBodyBytes: settings.maxRequestMb * 1_000_000,
    ratePerMinute: settings.requestsPerMinute,
  })

  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server
  server.requestTimeout = 60_000
  server.headersTimeout = 15_000
  server.keepAliveTimeout = 65_000
  // Frees the bucket connection of a reader that stops receiving.
  server.timeout = 120_000
  server.maxHeadersCount = 100
  const url = await listen(server, settings.listen)
  const metricsServer = settings.metricsListen === undefined ? undefined : await serveMetrics(settings.metricsListen)

  async function serveMetrics(address: string): Promise<Server> {
    const app = new Hono()
    app.get("/metrics", (context) =>
      context.text(metrics.text({ publishes_waiting: queue.length, memory_bytes: process.memoryUsage().rss }), 200, {
        "content-type": "text/plain; version=0.0.4; charset=utf-8",
      }),
    )
    const server = createAdaptorServer({ fetch: app.fetch }) as Server
    await listen(server, address)
    return server
  }

  const logSweepError = (error: unknown) =>
    log("warn", "sweep failed", { message: error instanceof Error ? error.message : "" })
  const scanDirtyShares = dirtyShareScan(store, (id) => queue.enqueue(id))
  const timers = [
    runEvery(DIRTY_SCAN_INTERVAL_MS, () => scanDirtyShares().catch(logSweepError)),
    runEvery(SWEEP_INTERVAL_MS, () => sweep(store, { now, log, remove: backends.remove }).catch(logSweepError)),
    runEvery(SWEEP_INTERVAL_MS, () => sweepSignedOut(store, now()).catch(logSweepError)),
  ]
  log("info", "listening", { url, publicUrl, bucket: store.name, reading: describeAccess(settings) })

  return {
    url,
    async close() {
      for (const stop of timers) stop()
      log("info", "closing", { waiting: queue.length })
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeIdleConnections()
      const force = setTimeout(() => server.closeAllConnections(), settings.shutdownSeconds * 500)
      await closed
      clearTimeout(force)
      await queue.close(settings.shutdownSeconds * 500)
      pool.end()
      metricsServer?.close()
      metricsServer?.closeAllConnections()
      store.close()
      log("info", "closed")
    },
  }
}

/** Runs `work` now and then repeatedly, the interval after each end. Returns a function that stops it. */
function runEvery(milliseconds: number, work: () => Promise<void>): () => void {
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
  { tokenCipher, store, log }: Pick<SignInOptions, "tokenCipher" | "store" | "log">,
): Promise<Access> {
  const { issuer, clientId = "", clientSecret = "", proxyHeader, proxyAddresses } = settings
  if (settings.public) return publicAccess
  if (proxyHeader !== undefined)
    return proxyAccess(
      { header: proxyHeader, proxies: proxyAddresses },
      (context) => getConnInfo(context).remote.address,
    )
  const { everyone, domains, claims, trustEmail, scope, publicUrl, sessionHours } = settings
  const { signInAccess } = await import("./access/sign-in.ts")
  return signInAccess({
    issuer: issuer!,
    clientId,
    clientSecret,
    scope,
    publicUrl,
    tokenCipher,
    store,
    log,
    rules: { everyone, domains, claims, trustEmail },
    sessionSeconds: sessionHours * 3600,
  })
}

const describeAccess = ({ public: isPublic, issuer, proxyHeader }: ServerSettings) =>
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
