import { Hono } from "hono"
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
 * @param getPath returns the part of a request's path that begins with `/api`
 */
export function shareApi(backend: ShareBackend, getPath: (request: Request) => string): Hono {
  const api = new Hono({ getPath })
  api.onError((error, context) => {
    if (error instanceof ShareError) return context.json({ error: error.message, hint: error.hint }, statusOf(error))
    throw error
  })
  for (const base of ["/api/share", "/api/shares"]) {
    api.post(base, async (context) => {
      const body = await readBody(context.req)
      const sessionID = body["sessionID"]
      if (typeof sessionID !== "string" || !/^ses_\w{1,100}$/.test(sessionID))
        throw new ShareError("bad-input", "The request has no valid sessionID.")
      return context.json(await backend.create(sessionID))
    })
    api.post(`${base}/:id/sync`, async (context) => {
      await backend.sync(context.req.param("id"), () => readBody(context.req), context.req.raw)
      return context.json({})
    })
    api.delete(`${base}/:id`, async (context) => {
      const { secret } = await readBody(context.req)
      await backend.remove(context.req.param("id"), typeof secret === "string" ? secret : "")
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

const statusOf = ({ code }: ShareError) =>
  code === "bad-input" || code === "bad-usage"
    ? 400
    : code === "sharing-disabled"
      ? 403
      : code === "session-not-found" || code === "share-not-found"
        ? 404
        : 502
