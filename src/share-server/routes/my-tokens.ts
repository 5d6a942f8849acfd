import type { Context } from "hono"
import { ShareError } from "../../errors.ts"
import { publicAccess } from "../access/access.ts"
import { formProofs } from "../access/form-proof.ts"
import { requireReader } from "../access/require-reader.ts"
import { OWN_PAGE_HEADERS } from "../http/responses.ts"
import * as pages from "../pages/pages.ts"
import { newTokenPage, tokensPage } from "../pages/token-pages.ts"
import { createToken, listTokens, type PublishToken, revokeToken } from "../shares/tokens.ts"
import type { ServerContext, ServerEnv, ServerHono } from "./server-env.ts"

/** Subject of the proof of a form that creates a token. */
const CREATE = "create"

/** Adds the page `/tokens`, where readers create and revoke publish tokens of their own. */
export function addMyTokensRoutes(app: ServerHono, options: ServerContext): void {
  if (options.access === publicAccess || options.tokensPerPerson === 0) return
  app.get("/tokens", requireReader(options), (context) => answerTokens(context, options))
  app.post("/tokens", requireReader(options), async (context) => {
    const { email, name: reader } = context.get("reader")
    const { action, name, proof } = await context.req.parseBody()
    const proofs = formProofs(options.tokenCipher, "tokens")
    const given = typeof name === "string" ? name.trim() : ""
    const subject = action === "revoke" ? given : CREATE
    if (email === undefined || !(await proofs.isValid(proof, email, subject))) {
      options.log("audit", "refused", { reader, reason: "form without a valid proof" })
      return context.html(pages.notFound(), 404, OWN_PAGE_HEADERS)
    }
    if (action === "revoke") return revokeOwn(context, options, email, given)
    return createOwn(context, options, email, given)
  })
}

async function answerTokens(context: Context<ServerEnv>, options: ServerContext, problem?: string): Promise<Response> {
  const { tokenCipher, base, tokensPerPerson } = options
  const { email, name } = context.get("reader")
  const proofs = formProofs(tokenCipher, "tokens")
  const own = await Promise.all(
    (await ownTokens(options, email)).map(async (token) => ({
      name: token.name,
      created: token.created,
      proof: await proofs.issue(email, token.name),
    })),
  )
  const proof = email === undefined ? undefined : await proofs.issue(email, CREATE)
  const isFull = own.length >= tokensPerPerson
  return context.html(
    tokensPage({ base, name, tokens: own, proof: isFull ? undefined : proof, problem }),
    problem ? 400 : 200,
    OWN_PAGE_HEADERS,
  )
}

async function createOwn(context: Context<ServerEnv>, options: ServerContext, email: string, label: string) {
  const { store, now, log, publicUrl, base, tokensPerPerson } = options
  if ((await ownTokens(options, email)).length >= tokensPerPerson)
    return answerTokens(context, options, `You have ${tokensPerPerson} tokens already. Revoke one first.`)
  const name = `${email.replace(/[^a-z0-9._@+-]/gi, "-")} ${label}`.trim()
  try {
    const token = await createToken(store, { name, owner: email, now: now() })
    log("audit", "token created", { token: name, reader: email })
    return context.html(newTokenPage({ base, name, url: `${publicUrl}/${token}` }), 201, OWN_PAGE_HEADERS)
  } catch (error) {
    if (error instanceof ShareError && error.code === "bad-usage")
      return answerTokens(context, options, label === "" ? "Give the token a name." : error.message)
    throw error
  }
}

async function revokeOwn(context: Context<ServerEnv>, options: ServerContext, email: string, name: string) {
  const { store, now, log, base } = options
  if (!(await ownTokens(options, email)).some((token) => token.name === name))
    return context.html(pages.notFound(), 404, OWN_PAGE_HEADERS)
  await revokeToken(store, name, now())
  log("audit", "token revoked", { token: name, reader: email })
  return context.redirect(`${base}/tokens`, 303)
}

/** Tokens of a person that can publish. */
async function ownTokens({ store }: ServerContext, email: string | undefined): Promise<PublishToken[]> {
  return email === undefined ? [] : (await listTokens(store)).filter(({ owner }) => owner?.toLowerCase() === email)
}
