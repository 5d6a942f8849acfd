import type { Context, MiddlewareHandler } from "hono"
import { refuse } from "../http/responses.ts"
import type { ServerContext, ServerEnv } from "../routes/server-env.ts"

/**
 * Middleware of routes for readers: sets `reader`. Redirects everyone else to sign-in or answers 401, without revealing
 * whether a share exists.
 */
export const requireReader =
  (options: Pick<ServerContext, "access" | "base" | "publicUrl">): MiddlewareHandler<ServerEnv> =>
  async (context, next) => {
    const reader = await options.access.reader(context)
    if (!reader) return askToSignIn(context, options)
    context.set("reader", reader)
    return next()
  }

function askToSignIn(
  context: Context,
  { access, base, publicUrl }: Pick<ServerContext, "access" | "base" | "publicUrl">,
): Response {
  const isBrowser = /\btext\/html\b/.test(context.req.header("accept") ?? "")
  const signInUrl = isBrowser ? access.signInUrl(base + context.req.path + new URL(context.req.url).search) : undefined
  if (signInUrl !== undefined) return context.redirect(signInUrl, 302)
  return refuse(context, 401, {
    error: "Sign in to read this share.",
    ...(access.signInUrl("/") && { signIn: `${publicUrl}/auth/login` }),
  })
}
