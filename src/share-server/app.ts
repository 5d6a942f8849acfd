import { type Context, Hono } from "hono"
import { ShareError } from "../errors.ts"
import { isShareId } from "../share/share-id.ts"
import { shareApi } from "../share-api/share-api.ts"
import type { ObjectStore } from "../store/object-store.ts"
import type { Access, Reader } from "./access.ts"
import { announced, bodyOf, Refused } from "./intake.ts"
import { ratePerMinute, turnstile } from "./limits.ts"
import { briefly, type Log } from "./log.ts"
import type { Metrics } from "./metrics.ts"
import { addMine } from "./mine.ts"
import * as pages from "./pages.ts"
import { placeIn, type Standing, standings, stream } from "./reading.ts"
import type { Seal } from "./seal.ts"
import { sessionData } from "./session-data.ts"
import type { Shares } from "./shares.ts"
import type { ReaderSession } from "./signed-out.ts"
import { tokenLookup } from "./tokens.ts"

export interface AppOptions {
  store: ObjectStore
  shares: Shares
  access: Access
  seal: Seal
  log: Log
  metrics: Metrics
  now: () => Date
  /** Where the server is seen from outside: an origin, and where it has one a path, without a slash at the end. */
  publicUrl: string
  /** Bytes that one request may bring, and requests a minute that one token may make. */
  maxBody: number
  ratePerMinute: number
}

const TICKET = "import"
const TICKET_SECONDS = 600
/** Bytes that requests may bring at once, all of them together; of one token, as much as one request may bring. */
const INTAKE_BYTES = 96_000_000
/** Requests of one token that are received at once, and that wait for that. */
const CONNECTIONS_EACH = 16
const LINE_EACH = 2_000
/** What creating and removing a share takes. */
const SMALL_BODY_BYTES = 65_536

/** The server: publishing below a token, reading for who may, and what those who run it ask. */
export function serverApp(options: AppOptions): Hono {
  const { store, access, seal, log, metrics, now, publicUrl } = options
  const { origin, pathname } = new URL(publicUrl)
  const base = pathname.replace(/\/+$/, "")
  const standing = standings(store, now)
  const tokenOf = tokenLookup(store)
  const withinRate = ratePerMinute(options.ratePerMinute)
  // A slow line holds room of its own token's; what has come is worked on a few at a time.
  const connections = turnstile({
    atOnce: 1_024,
    each: CONNECTIONS_EACH,
    line: 8_000,
    lineEach: LINE_EACH,
    wait: 30_000,
  })
  const intake = turnstile({ atOnce: INTAKE_BYTES, each: options.maxBody, line: 5_000, wait: 30_000 })
  const exports = turnstile({ atOnce: 2, line: 100, wait: 45_000 })
  const inPath = (request: Request) => ownPath(request, base)

  const app = new Hono({ getPath: inPath })

  app.use(async (context, next) => {
    const start = performance.now()
    await next()
    secure(context, publicUrl)
    const labels = { route: routeOf(context.req.path), status: String(context.res.status) }
    metrics.count("requests_total", labels)
    metrics.time("request_seconds", (performance.now() - start) / 1000, { route: labels.route })
  })
  app.onError((error, context) => {
    if (!(error instanceof ShareError)) log("error", "unexpected", { name: error.name, at: frames(error) })
    else log("warn", "failed", { code: error.code, message: error.message })
    return refuse(context, 503, { error: "The server cannot do that at the moment." })
  })
  app.notFound((context) => context.html(pages.notThere(), 404, noStore))

  app.get("/healthz", (context) => context.text("ok\n", 200, noStore))
  app.get("/readyz", async (context) => {
    try {
      await Promise.all([store.get("tokens/readiness.json"), access.check()])
      return context.text("ok\n", 200, noStore)
    } catch (error) {
      log("warn", "not ready", { message: error instanceof Error ? error.message : "" })
      return context.text("not ready\n", 503, noStore)
    }
  })

  access.addRoutes?.(app)

  /** Has somebody who may read go on; everybody else is sent to sign in, or away, and told nothing of what is there. */
  const reading =
    (answer: (context: Context, reader: Reader) => Promise<Response>) =>
    async (context: Context): Promise<Response> => {
      const reader = await access.reader(context)
      if (reader) return answer(context, reader)
      const page = /\btext\/html\b/.test(context.req.header("accept") ?? "")
      const place = page ? access.signIn(base + context.req.path) : undefined
      return place === undefined
        ? refuse(context, 401, {
            error: "Sign in first.",
            ...(access.signIn("/") && { signIn: `${publicUrl}/auth/login` }),
          })
        : context.redirect(place, 302)
    }

  const absent = (context: Context, stands: Standing): Response | Promise<Response> => {
    if (stands === "gone") return context.html(pages.noLonger(), 410, noStore)
    if (stands === "preparing") return context.html(pages.preparing(), 202, { ...noStore, "retry-after": "2" })
    return context.html(pages.notThere(), 404, noStore)
  }

  app.get(
    "/s/*",
    reading(async (context, reader) => {
      const place = placeIn(context.req.path)
      if (!place)
        return isShareId(context.req.path.slice("/s/".length))
          ? context.redirect(`${base}${context.req.path}/`, 302)
          : context.notFound()
      const stands = await standing(place.id)
      if (stands !== "published") return absent(context, stands)
      const answer = await stream(context, store, place)
      // Taken back since it was looked at, or a page that it does not have.
      if (!answer) return absent(context, await standing(place.id, { fresh: true }))
      if (place.path.endsWith(".html") || place.path.startsWith("session."))
        log("audit", "read", { share: briefly(place.id), path: place.path, reader: reader.name, status: answer.status })
      return answer
    }),
  )

  app.get(
    "/share/:id",
    reading(async (context) => {
      const id = shareIn(context.req.param("id") ?? "")
      if (id === undefined) return context.notFound()
      return context.redirect(`${base}/s/${id}/`, 302)
    }),
  )

  const shareIn = (text: string): string | undefined => {
    if (isShareId(text)) return text
    const id = seal.open(TICKET, text)?.["id"]
    return typeof id === "string" && isShareId(id) ? id : undefined
  }

  /** For `opencode import`, which brings no cookie: a ticket that a reader was given says what it may have. */
  const data = async (context: Context, id: string, name: string): Promise<Response> => {
    if ((await standing(id)) !== "published") return refuse(context, 404, { error: "Nothing is shared here." })
    const found = await exports(() => sessionData(store, id))
    if (!found) return refuse(context, 404, { error: "Nothing is shared here." })
    log("audit", "read", { share: briefly(id), path: "data", reader: name })
    return context.json(found, 200, { "cache-control": "private, no-store" })
  }
  for (const path of ["/api/share/:id/data", "/api/shares/:id/data"])
    app.get(path, async (context) => {
      const given = context.req.param("id") ?? ""
      const ticket = isShareId(given) ? undefined : seal.open(TICKET, given)
      const session = ticket?.["session"] as ReaderSession | undefined
      if (ticket && !(session && (await access.hasEnded?.(session))))
        return data(context, String(ticket["id"]), String(ticket["name"]))
      return reading((context, reader) =>
        isShareId(given)
          ? data(context, given, reader.name)
          : Promise.resolve(refuse(context, 404, { error: "Nothing is shared here." })),
      )(context)
    })
  app.get(
    "/import/:id",
    reading(async (context, { name, session }) => {
      const id = context.req.param("id") ?? ""
      const stands = isShareId(id) ? await standing(id) : "missing"
      if (stands !== "published") return absent(context, stands)
      const ticket = seal.close(TICKET, { id, name, session }, TICKET_SECONDS)
      return context.html(pages.importCommand(origin, ticket), 200, ownPage)
    }),
  )

  addMine(app, { ...options, base, reading })

  const publishing = async (context: Context, plain: string): Promise<Response> => {
    const token = await tokenOf(plain)
    if (!token) {
      metrics.count("refused_tokens_total")
      return refuse(context, 401, { error: "This publish token is not known, or was revoked." })
    }
    if (!withinRate(token.hash)) return refuse(context, 429, { error: "Too many requests with this token." })
    const { raw } = context.req
    const isSync = raw.method === "POST" && raw.url.endsWith("/sync")
    const most = isSync ? options.maxBody : SMALL_BODY_BYTES
    const api = shareApi(options.shares.of(token, plain), (request) => inPath(request).replace(/^\/ocb_[^/]+/, ""))
    const answer = async () => {
      if (isSync) return api.fetch(raw)
      const whole = await bodyOf(raw, most)
      if (!whole) return refuse(context, 413, { error: "That is more than one request may bring." })
      const { url, method, headers } = raw
      return api.fetch(new Request(url, { method, headers, body: whole }))
    }
    try {
      const room = Math.min(announced(raw, most), most)
      return await connections(() => intake(answer, room, token.hash), 1, token.hash)
    } catch (error) {
      if (error instanceof Refused) return refuse(context, error.status, { error: error.message })
      throw error
    }
  }
  const bearer = (context: Context) => /^Bearer (\S+)$/i.exec(context.req.header("authorization") ?? "")?.[1] ?? ""
  app.all("/:token{ocb_[^/]+}/api/*", (context) => publishing(context, context.req.param("token") ?? ""))
  // An account's organisation has no path of its own for a token.
  for (const path of ["/api/share", "/api/share/*", "/api/shares", "/api/shares/*"])
    app.on(["POST", "DELETE"], path, (context) => publishing(context, bearer(context)))
  app.get("/", (context) => context.redirect(`${base}/mine`, 302))
  return app
}

const noStore = { "cache-control": "no-store" }
const ownPage = { "cache-control": "private, no-store", "content-security-policy": pages.OWN_PAGES }

function refuse(context: Context, status: 400 | 401 | 404 | 408 | 413 | 429 | 503, body: object): Response {
  return context.json(body, status, noStore)
}

/** The path below the server's own, as it was sent: nothing is decoded, so that there is one way to write each. */
function ownPath(request: Request, base: string): string {
  const { pathname } = new URL(request.url)
  if (base === "" || !(pathname === base || pathname.startsWith(`${base}/`))) return pathname
  return pathname.slice(base.length) || "/"
}

function secure(context: Context, publicUrl: string): void {
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
  // A share's page carries its own policy; that it is in no frame cannot be said there.
  set("content-security-policy", "frame-ancestors 'none'")
  if (publicUrl.startsWith("https:")) set("strict-transport-security", "max-age=31536000")
}

function routeOf(path: string): string {
  const first = path.split("/")[1] ?? ""
  if (first.startsWith("ocb_")) return "publish"
  return ["s", "share", "api", "auth", "mine", "import", "healthz", "readyz"].includes(first) ? first : "other"
}

/** Where an error comes from, without its words, which may hold anything. */
const frames = (error: Error) =>
  (error.stack ?? "")
    .split("\n")
    .slice(1, 4)
    .map((line) => line.trim())
