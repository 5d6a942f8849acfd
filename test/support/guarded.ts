import { afterAll } from "vitest"
import { createTokenCipher } from "../../src/share-server/access/encrypted-token.ts"
import { type SignInOptions, signInAccess } from "../../src/share-server/access/sign-in.ts"
import { jsonLogger } from "../../src/share-server/log.ts"
import type { ObjectStore } from "../../src/store/object-store.ts"
import { s3Store } from "../../src/store/s3/s3.ts"
import { falseIssuer, type IssuerResponse } from "./false-issuer.ts"
import { keys, post, publicUrl, recordedItems, serverOver, shareFrom } from "./own-server.ts"
import { type S3Server, startS3Server } from "./s3-server.ts"

export const clientId = "opencode-bucket"
export const SESSION = "__Host-opencode-bucket"
export type Issuer = Awaited<ReturnType<typeof falseIssuer>>

let published: ReturnType<typeof publish> | undefined
let bucket: S3Server | undefined
let opened: ObjectStore | undefined
afterAll(() => bucket?.close())

/** All tests of a file use the same share; none of them changes it. */
async function publish() {
  bucket = await startS3Server()
  Object.assign(process.env, bucket.environment)
  opened = await s3Store({ bucket: bucket.bucket, endpoint: bucket.endpoint })
  const server = await serverOver(opened)
  const recorded = recordedItems("questions")
  const made = await shareFrom(server, recorded.session)
  await server.ask(`/${server.token}/api/share/${made.id}/sync`, post({ secret: made.secret, data: recorded.items }))
  await server.publish(made.id)
  return { ...server, ...made, title: recorded.info.title, session: recorded.session }
}

/** A server with a share and a sign-in at the scripted issuer. */
export async function guarded(more: Partial<SignInOptions> = {}, { path = "" } = {}) {
  published ??= publish()
  const server = await published
  const issuer = await falseIssuer(clientId, path)
  return { ...server, ...server.instance(server.store, accessOf(issuer, more)), issuer }
}

export function accessOf(issuer: Issuer, more: Partial<SignInOptions> = {}) {
  if (!opened) throw new Error("There is no server yet.")
  return signInAccess({
    store: opened,
    issuer: issuer.issuer,
    clientId,
    clientSecret: "secret",
    scope: "openid email",
    rules: { everyone: true },
    adminRules: {},
    sessionSeconds: 3600,
    publicUrl,
    tokenCipher: createTokenCipher(keys),
    log: jsonLogger(() => {}),
    ...more,
  })
}

export type Guarded = Awaited<ReturnType<typeof guarded>>

export const cookiesOf = (answer: Response) =>
  answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0]!)
    .filter((cookie) => !cookie.endsWith("="))
    .join("; ")

/** Signs in as a browser does. Returns the response to the callback, and the cookies. */
export async function signIn(
  { ask, issuer }: Pick<Guarded, "ask" | "issuer">,
  says: IssuerResponse = {},
  place = "/mine",
) {
  const begun = await ask(`/auth/login?return=${encodeURIComponent(place)}`)
  const address = begun.headers.get("location")!
  issuer.authorize(address, says)
  const state = new URL(address).searchParams.get("state")!
  const attempt = cookiesOf(begun)
  const back = `/auth/callback?code=a-code&state=${state}`
  const answer = await ask(back, { headers: { cookie: attempt } })
  return { answer, cookie: cookiesOf(answer), attempt, back, address: new URL(address), begun }
}
