import { randomBytes } from "node:crypto"
import { fileURLToPath } from "node:url"
import { parseDuration } from "../lib/duration.ts"
import { pickBucketOptions } from "../store/bucket-options.ts"
import type { ObjectStore } from "../store/object-store.ts"
import { type Destination, openStore } from "../store/open-store.ts"
import { version } from "../version.ts"
import { accessOf, describeAccess } from "./access/access-of.ts"
import { createTokenCipher } from "./access/encrypted-token.ts"
import { serverApp } from "./app.ts"
import { startHttpServer } from "./http/http-server.ts"
import { startMetricsServer } from "./http/metrics-server.ts"
import { isLengthRefused } from "./http/probe-body-limit.ts"
import { inventory } from "./inventory/inventory.ts"
import { type Log, shortId } from "./log.ts"
import { createMetrics } from "./metrics.ts"
import { bucketCheck, checkAtStart } from "./publishing/bucket-check.ts"
import { startMaintenance } from "./publishing/maintenance.ts"
import { sharePublisher } from "./publishing/publisher.ts"
import type { ServerSettings } from "./settings.ts"
import { shareBackends } from "./shares/share-backend.ts"
import { createWebhooks, type Webhooks, type WebhooksOptions } from "./webhooks/webhooks.ts"
import { workerPool } from "./workers/worker-pool.ts"

export interface RunningServer {
  /** Listening address: `http://127.0.0.1:8080`. */
  url: string
  /** Stops accepting requests, finishes publishing within the time limit, and ends. */
  close(): Promise<void>
}

/** Connections to the bucket: each slow reader holds one. */
const MAX_CONNECTIONS = 256

/**
 * Starts the server. Throws what listening and opening the store throw, `bad-settings`, and what prevents deleting
 * objects from the bucket.
 */
export async function serve(settings: ServerSettings, log: Log): Promise<RunningServer> {
  const { store, checkBucket } = await openBucket(settings, log)
  const now = () => new Date()
  const metrics = createMetrics()
  const tokenCipher = createTokenCipher(cookieKeysOf(settings))
  const pool = workerPool(fileURLToPath(import.meta.resolve("#server-worker")), store)
  const shares = inventory(store, now)
  const linkOf = (id: string) => `${settings.publicUrl}/share/${id}`
  const webhooks = webhooksOf(settings, { store, now, log, metrics, linkOf })
  const publisher = sharePublisher({
    pool,
    job: jobOf(settings),
    concurrency: settings.publishAtOnce,
    metrics,
    log,
    onPublished(id) {
      shares.change(id)
      webhooks?.report("share.updated", { id })
    },
  })
  const { publicUrl, redact, omit } = settings
  const maxBodyBytes = settings.maxRequestMb * 1_000_000
  const backends = shareBackends({
    store,
    version,
    now,
    redact,
    omit,
    hasHook: settings.publishHook !== undefined,
    clean: pool.clean,
    maxBodyBytes,
    maxShareBytes: settings.maxShareMb * 1_000_000,
    linkOf,
    ready: checkBucket,
    onStored(id, batch) {
      metrics.increment("stored_bytes_total", {}, batch.body.length)
      publisher.schedule(id, batch)
    },
    audit(what, { share, ...about }) {
      metrics.increment("shares_total", { event: what })
      shares.change(share)
      log("audit", what, { share: shortId(share), ...about })
      if (what === "create") webhooks?.report("share.created", { id: share })
      if (what === "remove") webhooks?.report("share.removed", { id: share, ...about })
    },
  })
  const access = await accessOf(settings, { tokenCipher, store, log })
  const shared = {
    store,
    log,
    metrics,
    now,
    publicUrl,
    maxBodyBytes,
    inventory: shares,
    webhooks,
    schedule: publisher.schedule,
  }
  const app = serverApp({ ...shared, backends, access, tokenCipher, ...limitsOf(settings) })
  const server = await startHttpServer(app, settings.listen)
  const gauges = () => ({ publishes_waiting: publisher.size, memory_bytes: process.memoryUsage().rss })
  const { metricsListen } = settings
  const metricsServer =
    metricsListen === undefined ? undefined : await startMetricsServer(metricsListen, metrics, gauges)
  const stopMaintenance = startMaintenance({
    store,
    backends,
    now,
    log,
    inventory: shares,
    webhooks,
    ...(settings.maxExpires !== undefined && { maxLifetimeMs: durationOf(settings.maxExpires) }),
    schedule: publisher.schedule,
  })
  void warnOfBodyLimit(publicUrl, maxBodyBytes, log)
  log("info", "listening", { url: server.url, publicUrl, bucket: store.name, reading: describeAccess(settings) })

  return {
    url: server.url,
    async close() {
      stopMaintenance()
      log("info", "closing", { waiting: publisher.size })
      await server.close(settings.shutdownSeconds * 500)
      await publisher.close(settings.shutdownSeconds * 500)
      await shares.flush().catch(() => {})
      await webhooks?.settled()
      pool.end()
      await metricsServer?.close(0)
      store.close()
      log("info", "closed")
    },
  }
}

/** Tells the administrator if a proxy in front refuses what this server accepts; its users would only see no page. */
async function warnOfBodyLimit(publicUrl: string, maxBytes: number, log: Log): Promise<void> {
  if (await isLengthRefused(publicUrl, maxBytes))
    log("warn", "proxy limits request bodies", {
      publicUrl,
      message: `A proxy in front refuses requests of ${maxBytes / 1_000_000} MB (413). Raise its limit to that of MAX_REQUEST_MB, in nginx with client_max_body_size.`,
    })
}

const destinationOf = (settings: ServerSettings): Destination => {
  const { to, endpoint, region, profile, pathStyle } = settings
  return { to, endpoint, region, profile, pathStyle, ...pickBucketOptions(settings) }
}

const jobOf = (settings: ServerSettings) => ({
  destination: destinationOf(settings),
  version,
  redact: settings.redact,
  omit: settings.omit,
  publishHook: settings.publishHook,
  lifetimeMs: Math.min(durationOf(settings.expires), durationOf(settings.maxExpires ?? "never")),
})

function webhooksOf(
  { webhookUrl, webhookSecret = "", webhookEvents }: ServerSettings,
  services: Omit<WebhooksOptions, "url" | "secret" | "events">,
): Webhooks | undefined {
  if (webhookUrl === undefined) return undefined
  return createWebhooks({ ...services, url: webhookUrl, secret: webhookSecret, events: webhookEvents })
}

const limitsOf = ({ requestsPerMinute, tokensPerPerson, contact, expires, maxExpires }: ServerSettings) => ({
  ratePerMinute: requestsPerMinute,
  tokensPerPerson,
  contact,
  maxLifetimeMs: durationOf(maxExpires ?? expires),
})

const durationOf = (setting: string) => parseDuration(setting) ?? Number.POSITIVE_INFINITY

/** Without keys in the settings, cookies and tickets end with the process. */
const cookieKeysOf = ({ cookieKeys }: ServerSettings) =>
  cookieKeys.length > 0 ? cookieKeys : [randomBytes(32).toString("base64url")]

/** Opens the bucket and checks that objects in it can be deleted, if it responds already. */
async function openBucket(
  settings: ServerSettings,
  log: Log,
): Promise<{ store: ObjectStore; checkBucket: () => Promise<void> }> {
  const store = await openStore(destinationOf(settings), { maxSockets: MAX_CONNECTIONS })
  const checkBucket = bucketCheck(store, settings.acceptRetention)
  try {
    await checkAtStart(checkBucket, log)
    return { store, checkBucket }
  } catch (error) {
    store.close()
    throw error
  }
}
