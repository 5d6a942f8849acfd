import { type Context, Hono } from "hono"
import { ShareError } from "../errors.ts"
import { isShareId } from "../share/share-id.ts"
import { shareApi } from "../share-api/share-api.ts"
import type { ObjectStore } from "../store/object-store.ts"
import type { Access, Reader } from "./access/access.ts"
import type { TokenCipher } from "./access/encrypted-token.ts"
import type { ReaderSession } from "./access/signed-out.ts"
import { rateLimiter, semaphore } from "./http/fair-semaphore.ts"
import { declaredLength, HttpError, readBody } from "./http/request-body.ts"
import { type Log, shortId } from "./log.ts"
import type { Metrics } from "./metrics.ts"
import * as pages from "./pages/pages.ts"
import { addMySharesRoutes } from "./routes/my-shares.ts"
import { parseSharePath, type ShareStatus, statusCache, streamObject } from "./routes/serve-share.ts"
import { sessionData } from "./shares/session-data.ts"
import type { ShareBackends } from "./shares/share-backend.ts"
import { tokenLookup } from "./shares/tokens.ts"

export interface AppOptions {
  store: ObjectStore
  backends: ShareBackends
  access: Access
  tokenCipher: TokenCipher
  log: Log
  metrics: Metrics
  now: () => Date
  /** Public base URL of the server: an origin and an optional path, without a trailing slash. */
  publicUrl: string
  /** Maximum body of one request. */
  maxBodyBytes: number
  ratePerMinute: number
}

const IMPORT_TICKET = "import"
const TICKET_SECONDS = 600
/** Maximum bytes of all request bodies in flight. One token may use as much as one request may hold. */
const MAX_TOTAL_BODY_BYTES = 96_000_000
/** Maximum requests of one token that are received at once; up to `MAX_QUEUED_PER_TOKEN` more wait. */
const MAX_CONNECTIONS_PER_TOKEN = 16
const MAX_QUEUED_PER_TOKEN = 2_000
/** Maximum body of the requests that create or remove a share. */
const MAX_SMALL_BODY_BYTES = 65_536

/** Builds the HTTP app: publishing (with a token), reading (for readers) and the endpoints for operators. */
export function serverApp(options: AppOptions): Hono {
  const { store, access, tokenCipher, log, metrics, now, publicUrl } = options
  const { origin, pathname } = new URL(publicUrl)
  const base = pathname.replace(/\/+$/, "")
  const statusOf = statusCache(store, now)
  const tokenOf = tokenLookup(store)
  const isWithinRate = rateLimiter(options.ratePerMinute)
  // A slow connection counts against its own token only; received bodies are processed a few at a time.
  const connections = semaphore({
    limit: 1_024,
    limitPerClient: MAX_CONNECTIONS_PER_TOKEN,
    maxQueued: 8_000,
    maxQueuedPerClient: MAX_QUEUED_PER_TOKEN,
    timeoutMs: 30_000,
  })
  const bodyBytes = semaphore({
    limit: MAX_TOTAL_BODY_BYTES,
    limitPerClient: options.maxBodyBytes,
    maxQueued: 5_000,
    timeoutMs: 30_000,
  })
  const exports = semaphore({ limit: 2, maxQueued: 100, timeoutMs: 45_000 })
  const pathOf = (request: Request) => pathBelowBase(request, base)

  const app = new Hono({ getPath: pathOf })

  app.use(async (context, next) => {
    const start = performance.now()
    await next()
    setSecurityHeaders(context, publicUrl)
    const labels = { route: routeOf(context.req.path), status: String(context.res.status) }
    metrics.increment("requests_total", labels)
    metrics.observe("request_seconds", (performance.now() - start) / 1000, { route: labels.route })
  })
  app.onError((error, context) => {
    if (!(error instanceof ShareError)) log("error", "unexpected", { name: error.name, at: stackFrames(error) })
    else log("warn", "failed", { code: error.code, message: error.message })
    return refuse(context, 503, { error: "The server cannot process the request at the moment. Try again later." })
  })
  app.notFound((context) => context.html(pages.notFound(), 404, noStore))

  app.get("/healthz", (context) => context.text("ok\n", 200, noStore))
  app.get("/readyz", async (context) => {
    try {
      await Promise.all([store.get("tokens/readiness.json"), access.checkReady()])
      return context.text("ok\n", 200, noStore)
    } catch (error) {
      log("warn", "not ready", { message: error instanceof Error ? error.message : "" })
      return context.text("not ready\n", 503, noStore)
    }
  })

  access.addRoutes?.(app)

  /**
   * Middleware for readers. Redirects everyone else to sign-in or answers 401, without revealing whether a share
   * exists.
   */
  const forReaders =
    (answer: (context: Context, reader: Reader) => Promise<Response>) =>
    async (context: Context): Promise<Response> => {
      const reader = await access.reader(context)
      if (reader) return answer(context, reader)
      const page = /\btext\/html\b/.test(context.req.header("accept") ?? "")
      const signInUrl = page ? access.signInUrl(base + context.req.path) : undefined
      return signInUrl === undefined
        ? refuse(context, 401, {
            error: "Sign in to read this share.",
            ...(access.signInUrl("/") && { signIn: `${publicUrl}/auth/login` }),
          })
        : context.redirect(signInUrl, 302)
    }

  const unavailable = (context: Context, status: ShareStatus): Response | Promise<Response> => {
    if (status === "gone") return context.html(pages.noLongerShared(), 410, noStore)
    if (status === "preparing") return context.html(pages.preparing(), 202, { ...noStore, "retry-after": "2" })
    return context.html(pages.notFound(), 404, noStore)
  }

  app.get(
    "/s/*",
    forReaders(async (context, reader) => {
      const place = parseSharePath(context.req.path)
      if (!place)
        return isShareId(context.req.path.slice("/s/".length))
          ? context.redirect(`${base}${context.req.path}/`, 302)
          : context.notFound()
      const status = await statusOf(place.id)
      if (status !== "published") return unavailable(context, status)
      const answer = await streamObject(context, store, place)
      // The share was removed since its status was cached, or it has no such page.
      if (!answer) return unavailable(context, await statusOf(place.id, { fresh: true }))
      if (place.path.endsWith(".html") || place.path.startsWith("session."))
        log("audit", "read", { share: shortId(place.id), path: place.path, reader: reader.name, status: answer.status })
      return answer
    }),
  )

  app.get(
    "/share/:id",
    forReaders(async (context) => {
      const id = shareIdOf(context.req.param("id") ?? "")
      if (id === undefined) return context.notFound()
      return context.redirect(`${base}/s/${id}/`, 302)
    }),
  )

  const shareIdOf = (text: string): string | undefined => {
    if (isShareId(text)) return text
    const id = tokenCipher.decrypt(IMPORT_TICKET, text)?.["id"]
    return typeof id === "string" && isShareId(id) ? id : undefined
  }

  /** Serves `opencode import`, which sends no cookie: an encrypted ticket authorizes the download of one share. */
  const exportData = async (context: Context, id: string, name: string): Promise<Response> => {
    if ((await statusOf(id)) !== "published") return refuse(context, 404, { error: "Share not found." })
    const found = await exports(() => sessionData(store, id))
    if (!found) return refuse(context, 404, { error: "Share not found." })
    log("audit", "read", { share: shortId(id), path: "data", reader: name })
    return context.json(found, 200, { "cache-control": "private, no-store" })
  }
  for (const path of ["/api/share/:id/data", "/api/shares/:id/data"])
    app.get(path, async (context) => {
      const given = context.req.param("id") ?? ""
      const ticket = isShareId(given) ? undefined : tokenCipher.decrypt(IMPORT_TICKET, given)
      const session = ticket?.["session"] as ReaderSession | undefined
      if (ticket && !(session && (await access.isSignedOut?.(session))))
        return exportData(context, String(ticket["id"]), String(ticket["name"]))
      return forReaders((context, reader) =>
        isShareId(given)
          ? exportData(context, given, reader.name)
          : Promise.resolve(refuse(context, 404, { error: "Share not found." })),
      )(context)
    })
  app.get(
    "/import/:id",
    forReaders(async (context, { name, session }) => {
      const id = context.req.param("id") ?? ""
      const status = isShareId(id) ? await statusOf(id) : "missing"
      if (status !== "published") return unavailable(context, status)
      const ticket = tokenCipher.encrypt(IMPORT_TICKET, { id, name, session }, TICKET_SECONDS)
      return context.html(pages.importCommand(origin, ticket), 200, ownPageHeaders)
    }),
  )

  addMySharesRoutes(app, { ...options, base, forReaders })

  const publishApi = async (context: Context, plain: string): Promise<Response> => {
    const token = await tokenOf(plain)
    if (!token) {
      metrics.increment("refused_tokens_total")
      return refuse(context, 401, { error: "Unknown or revoked publish token." })
    }
    if (!isWithinRate(token.hash))
      return refuse(context, 429, { error: "Too many requests with this publish token. Try again in a minute." })
    const { raw } = context.req
    const isSync = raw.method === "POST" && raw.url.endsWith("/sync")
    const maxBytes = isSync ? options.maxBodyBytes : MAX_SMALL_BODY_BYTES
    const api = shareApi(options.backends.forToken(token, plain), (request) =>
      pathOf(request).replace(/^\/ocb_[^/]+/, ""),
    )
    const answer = async () => {
      if (isSync) return api.fetch(raw)
      const whole = await readBody(raw, maxBytes)
      if (!whole) return refuse(context, 413, { error: "The request is too large." })
      const { url, method, headers } = raw
      return api.fetch(new Request(url, { method, headers, body: whole }))
    }
    try {
      const reservedBytes = Math.min(declaredLength(raw, maxBytes), maxBytes)
      return await connections(() => bodyBytes(answer, reservedBytes, token.hash), 1, token.hash)
    } catch (error) {
      if (error instanceof HttpError) return refuse(context, error.status, { error: error.message })
      throw error
    }
  }
  const bearer = (context: Context) => /^Bearer (\S+)$/i.exec(context.req.header("authorization") ?? "")?.[1] ?? ""
  app.all("/:token{ocb_[^/]+}/api/*", (context) => publishApi(context, context.req.param("token") ?? ""))
  // In OpenCode's organisation mode the URL has no room for a token.
  for (const path of ["/api/share", "/api/share/*", "/api/shares", "/api/shares/*"])
    app.on(["POST", "DELETE"], path, (context) => publishApi(context, bearer(context)))
  app.get("/", (context) => context.redirect(`${base}/mine`, 302))
  return app
}

const noStore = { "cache-control": "no-store" }
const ownPageHeaders = { "cache-control": "private, no-store", "content-security-policy": pages.PAGE_CSP }

function refuse(context: Context, status: 400 | 401 | 404 | 408 | 413 | 429 | 503, body: object): Response {
  return context.json(body, status, noStore)
}

/** Path below the server's base path. It is not decoded, so that each path has one spelling. */
function pathBelowBase(request: Request, base: string): string {
  const { pathname } = new URL(request.url)
  if (base === "" || !(pathname === base || pathname.startsWith(`${base}/`))) return pathname
  return pathname.slice(base.length) || "/"
}

function setSecurityHeaders(context: Context, publicUrl: string): void {
  const { headers } = context.res
  const set = (name: string, value: string) => {
    if (!headers.has(name)) headers.set(name, value)
  }
  set("x-content-type-options", "nosniff")
  set("referrer-policy", "no-referrer")
  set("x-frame-options", "DENY")
  set("x-robots-tag", "noindex, nofollow")
  set("cross-origin-opener-policy", "same-origin")
  set("cross-origin-resource-policy", "same-origin")
  set("cache-control", "no-store")
  // A share's page has its own policy in a `<meta>` element, where `frame-ancestors` is not allowed.
  set("content-security-policy", "frame-ancestors 'none'")
  if (publicUrl.startsWith("https:")) set("strict-transport-security", "max-age=31536000")
}

function routeOf(path: string): string {
  const first = path.split("/")[1] ?? ""
  if (first.startsWith("ocb_")) return "publish"
  return ["s", "share", "api", "auth", "mine", "import", "healthz", "readyz"].includes(first) ? first : "other"
}

/** Stack frames of an error without its message, which may contain anything. */
const stackFrames = (error: Error) =>
  (error.stack ?? "")
    .split("\n")
    .slice(1, 4)
    .map((line) => line.trim())
