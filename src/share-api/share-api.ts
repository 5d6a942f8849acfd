import { type Context, type Env, Hono } from "hono"
import { ShareError } from "../errors.ts"

/** Share data that OpenCode stores and sends back with later requests. */
export interface CreatedShare {
  id: string
  url: string
  secret: string
}

/** Backend of the share protocol. Throws `ShareError`s, whose messages are shown to the user. */
export interface ShareBackend {
  /** Returns the share of a session, creating it if needed; resolves once its link works. */
  create(sessionID: string): Promise<CreatedShare>
  /** Handles a change of the share's session. `body` parses the request as JSON; `request` allows other ways of reading it. */
  sync(id: string, body: () => Promise<unknown>, request: Request): Promise<void>
  /** Removes a share and verifies that it is gone. */
  remove(id: string, secret: string): Promise<void>
}

/**
 * OpenCode's share protocol (client 1.18) as a Hono app, below `/api/share` and `/api/shares`:
 * `POST /` with `{sessionID}`, `POST /{id}/sync` with `{secret, data}`, `DELETE /{id}` with `{secret}`.
 * @param backendOf returns the backend of a request
 * @param getPath returns the part of a request's path that begins with `/api`. Default: all of it, below a mount point
 */
export function shareApi<E extends Env = Env>(
  backendOf: (context: Context<E>) => ShareBackend,
  getPath?: (request: Request) => string,
): Hono<E> {
  const api = new Hono<E>(getPath ? { getPath } : {})
  api.onError((error, context) => {
    if (error instanceof ShareError) return context.json({ error: error.message, hint: error.hint }, statusOf(error))
    throw error
  })
  for (const base of ["/api/share", "/api/shares"]) {
    api.post(base, async (context) => {
      const { sessionID } = await readBody(context.req)
      if (typeof sessionID !== "string" || !/^ses_\w{1,100}$/.test(sessionID))
        throw new ShareError("bad-input", "The request has no valid sessionID.")
      return context.json(await backendOf(context).create(sessionID))
    })
    api.post(`${base}/:id/sync`, async (context) => {
      await backendOf(context).sync(context.req.param("id"), () => readBody(context.req), context.req.raw)
      return context.json({})
    })
    api.delete(`${base}/:id`, async (context) => {
      const { secret } = await readBody(context.req)
      await backendOf(context).remove(context.req.param("id"), typeof secret === "string" ? secret : "")
      return context.json({})
    })
  }
  return api
}

async function readBody(request: { json(): Promise<unknown> }): Promise<Record<string, unknown>> {
  const body = await request.json().catch(() => undefined)
  if (typeof body !== "object" || body === null)
    throw new ShareError("bad-input", "The request body is not a JSON object.")
  return body as Record<string, unknown>
}

function statusOf({ code }: ShareError): 400 | 403 | 404 | 502 {
  switch (code) {
    case "bad-input":
    case "bad-usage":
      return 400
    case "sharing-disabled":
      return 403
    case "session-not-found":
    case "share-not-found":
      return 404
    default:
      return 502
  }
}
