// A real OpenID provider in its own process: node identity-provider.ts PORT CLIENT_ID CLIENT_SECRET PUBLIC_URL [GROUPS]
// Users sign in under any name they type, which is their e-mail address.
// @ts-expect-error The package has no types.
import Provider from "oidc-provider"

const [port = "0", clientId = "", clientSecret = "", publicUrl = "", groups = ""] = process.argv.slice(2)
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uris: [`${publicUrl}/auth/callback`],
      post_logout_redirect_uris: [`${publicUrl}/auth/signed-out`],
    },
  ],
  claims: { openid: ["sub", "groups"], email: ["email", "email_verified"], profile: [] },
  // Like many companies' providers: the e-mail address is in the ID token.
  conformIdTokenClaims: false,
  findAccount: async (_: unknown, id: string) => ({
    accountId: id,
    claims: async () => ({ sub: id, email: id, email_verified: true, ...(groups && { groups: groups.split(",") }) }),
  }),
})
provider.listen(Number(port), "127.0.0.1", () => console.log("listening"))
