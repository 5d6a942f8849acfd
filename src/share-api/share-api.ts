import { Hono } from "hono"
import { ShareError } from "../errors.ts"

/** What OpenCode keeps of a share, and sends back with each later request. */
export interface CreatedShare {
  id: string
  url: string
  secret: string
}

/** What stands behind the share protocol. Its errors are `ShareError`s, whose words reach the user. */
export interface ShareBackend {
  /** The share of a session, made if there is none; answers once its link opens. */
  create(sessionID: string): Promise<CreatedShare>
  /** The session of this share has changed. `body` reads what the client sent; `request` is for who reads it in another way. */
  sync(id: string, body: () => Promise<unknown>, request: Request): Promise<void>
  /** Removes a share, and proves it. */
  remove(id: string, secret: string): Promise<void>
}

/**
 * OpenCode's share protocol (as the client 1.18 speaks it) as one Hono app, below `/api/share` and `/api/shares`:
 * `POST /` with `{sessionID}`, `POST /{id}/sync` with `{secret, data}`, `DELETE /{id}` with `{secret}`.
 * @param getPath the part of a request's path that begins with `/api`
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
        throw new ShareError("bad-input", "The request names no session.")
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
  if (typeof body !== "object" || body === null) throw new ShareError("bad-input", "The request is no JSON object.")
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
