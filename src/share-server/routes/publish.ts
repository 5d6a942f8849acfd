import type { Context, MiddlewareHandler } from "hono"
import { shareApi } from "../../share-api/share-api.ts"
import { fairSemaphore } from "../http/fair-semaphore.ts"
import { HttpError } from "../http/http-error.ts"
import { declaredLength, readBody } from "../http/request-body.ts"
import type { PublishToken } from "../shares/tokens.ts"
import type { ServerContext, ServerEnv, ServerHono } from "./server-env.ts"
import { bearerToken, tokenFinder } from "./token-finder.ts"

/** Maximum bytes of all request bodies in flight. One token may use as much as one request may hold. */
const MAX_TOTAL_BODY_BYTES = 96_000_000
/** Maximum requests of one token that are received at once; up to `MAX_QUEUED_PER_TOKEN` more wait. */
const MAX_CONNECTIONS_PER_TOKEN = 16
const MAX_QUEUED_PER_TOKEN = 2_000
/** Maximum body of the requests that create or remove a share. */
const MAX_SMALL_BODY_BYTES = 65_536

/**
 * Adds OpenCode's share protocol: below `/<token>/api/share`, and at `/api/share` with the token as bearer token, since in
 * OpenCode's organisation mode the URL has no room for a token.
 */
export function addPublishingRoutes(app: ServerHono, options: ServerContext): void {
  const { backends, maxBodyBytes } = options
  const findToken = tokenFinder(options)
  const admit = admission(maxBodyBytes)

  const publishing: MiddlewareHandler<ServerEnv> = async (context, next) => {
    const plain = context.req.param("token") ?? bearerToken(context)
    const token = await findToken(plain)
    if (token.role === "admin") {
      options.log("audit", "refused", { reason: "admin token used for publishing", token: token.name })
      throw new HttpError(403, "This is an admin token, which cannot publish. Use a publish token.")
    }
    context.set("backend", backends.forToken(token, plain))
    await admit(context, token, async () => {
      if (!isSync(context)) await limitBody(context)
      await next()
    })
  }
  const api = shareApi<ServerEnv>((context) => context.get("backend"))
  for (const mount of ["/:token{ocb_[^/]+}", ""]) {
    // Each pattern also matches the path without a slash.
    const paths = [`${mount}/api/share/*`, `${mount}/api/shares/*`]
    app.on(["POST", "DELETE"], paths, publishing)
    app.route(mount === "" ? "/" : mount, api)
  }
}

/**
 * Returns a function that runs a request of a token once there is room for its connection and its body. A slow connection
 * counts against its own token only; received bodies are processed a few at a time.
 */
function admission(maxBodyBytes: number) {
  const connections = fairSemaphore({
    limit: 1_024,
    limitPerClient: MAX_CONNECTIONS_PER_TOKEN,
    maxQueued: 8_000,
    maxQueuedPerClient: MAX_QUEUED_PER_TOKEN,
    timeoutMs: 30_000,
  })
  const bodyBytes = fairSemaphore({
    limit: MAX_TOTAL_BODY_BYTES,
    limitPerClient: maxBodyBytes,
    maxQueued: 5_000,
    timeoutMs: 30_000,
  })
  return async (context: Context, { hash }: PublishToken, work: () => Promise<void>): Promise<void> => {
    const maxBytes = isSync(context) ? maxBodyBytes : MAX_SMALL_BODY_BYTES
    const reservedBytes = Math.min(declaredLength(context.req.raw, maxBytes), maxBytes)
    await connections(() => bodyBytes(work, reservedBytes, hash), 1, hash)
  }
}

/** Replaces the request by one whose body is received and short enough. Throws `HttpError` otherwise. */
async function limitBody(context: Context): Promise<void> {
  const { url, method, headers } = context.req.raw
  const body = await readBody(context.req.raw, MAX_SMALL_BODY_BYTES)
  if (!body) throw new HttpError(413, `The request exceeds the limit of ${MAX_SMALL_BODY_BYTES} bytes.`)
  context.req.raw = new Request(url, { method, headers, body })
}

const isSync = ({ req }: Context) => req.method === "POST" && req.path.endsWith("/sync")
