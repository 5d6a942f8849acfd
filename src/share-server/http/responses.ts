import type { Context } from "hono"
import { PAGE_CSP } from "../pages/layout.ts"

/** Headers of responses without content of a share. */
export const NO_STORE = { "cache-control": "no-store" }

/** Headers of the server's own pages about a reader. */
export const OWN_PAGE_HEADERS = { "cache-control": "private, no-store", "content-security-policy": PAGE_CSP }

/** Refuses a request with a JSON body. */
export const refuse = (
  context: Context,
  status: 400 | 401 | 403 | 404 | 408 | 413 | 429 | 503,
  body: object,
): Response => context.json(body, status, NO_STORE)
