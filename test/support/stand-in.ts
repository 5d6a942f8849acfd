import { createServer, type IncomingHttpHeaders } from "node:http"
import type { AddressInfo } from "node:net"
import { onTestFinished } from "vitest"

export interface StandInAnswer {
  status: number
  headers?: Record<string, string>
  body?: string | Uint8Array
}

export interface StandIn {
  /** Address without a trailing slash. */
  url: string
  /** Requested paths so far. */
  asked: string[]
  /** Maximum number of concurrent requests. */
  atOnce: () => number
  /** May be changed while the server runs. */
  answer: (path: string, headers: IncomingHttpHeaders) => StandInAnswer | "silence"
}

/** A web server on loopback in place of one that is not available here: a vendor's bot check, a sign-in, a cache. */
export async function standIn(answer: StandIn["answer"]): Promise<StandIn> {
  const [open, most] = [new Set<unknown>(), { count: 0 }]
  const server = createServer((request, response) => {
    const { url = "/", headers } = request
    self.asked.push(url)
    open.add(request)
    most.count = Math.max(most.count, open.size)
    response.on("close", () => open.delete(request))
    const given = self.answer(url, headers)
    if (given === "silence") return
    setTimeout(() => response.writeHead(given.status, given.headers).end(given.body), 2)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const self: StandIn = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    atOnce: () => most.count,
    answer,
  }
  return self
}

const html = { "content-type": "text/html; charset=utf-8" }
const page = (title: string, body: string, status = 403, headers = {}): StandInAnswer => ({
  status,
  headers: { ...html, ...headers },
  body: `<!DOCTYPE html><html lang="en"><head><title>${title}</title></head><body>${body}</body></html>`,
})

/** Bot checks as vendors respond, abbreviated. */
export const challenges: [vendor: string, StandInAnswer][] = [
  [
    "Cloudflare",
    page("Just a moment...", "<script>window._cf_chl_opt={cvId:'3'}</script>", 403, {
      "cf-mitigated": "challenge",
      server: "cloudflare",
    }),
  ],
  [
    "Cloudflare",
    page("Just a moment...", "<script>window._cf_chl_opt={cvId:'2'}</script>", 503, { server: "cloudflare" }),
  ],
  ["Cloudflare", page("Attention Required! | Cloudflare", "Sorry, you have been blocked")],
  ["AWS WAF", { status: 202, headers: { "x-amzn-waf-action": "challenge" }, body: "" }],
  ["AWS WAF", page("Human Verification", "<script>AwsWafIntegration.checkForceRefresh()</script>", 405)],
  [
    "Akamai",
    page(
      "Access Denied",
      "You don't have permission to access this. Reference&#32;&#35;18.2d351ab8.1557333295.a4e16ab",
      403,
    ),
  ],
  ["Imperva", page("", '<iframe src="/_Incapsula_Resource?SWUDNSAI=31&xinfo=1"></iframe>', 200)],
  [
    "DataDome",
    {
      status: 403,
      headers: { "content-type": "application/json" },
      body: '{"url":"https://geo.captcha-delivery.com/captcha/?id=1"}',
    },
  ],
  ["HUMAN", page("Access to this page has been denied", '<div id="px-captcha"></div>')],
  [
    "Vercel",
    page("Vercel Security Checkpoint", "We're verifying your browser", 429, { "x-vercel-mitigated": "challenge" }),
  ],
  ["Sucuri", page("Sucuri WebSite Firewall - Access Denied", "Block details")],
  [
    "Anubis",
    page("Making sure you&#39;re not a bot!", '<script id="anubis_challenge" type="application/json">{}</script>', 200),
  ],
  ["F5", page("Request Rejected", "The requested URL was rejected. Please consult with your administrator.", 200)],
  ["a bot check", page("One more step", "Please complete the security check to access shares.example", 403)],
  ["a bot check", page("Checking", "Checking your browser before accessing shares.example.", 503)],
  ["a bot check", page("shares", '<form><div class="h-captcha" data-sitekey="x"></div></form>', 403)],
  ["a bot check", page("Are you a robot?", "<p>Move the slider</p>", 200)],
]

/** Sign-ins in front of a page. `at` is the address of the server itself. */
export const signIns: [name: string, (at: string, path: string) => StandInAnswer][] = [
  ["a form on the spot", () => page("Shares", '<form><input name=user><input type="password" name="p"></form>', 200)],
  ["a form, refusing", () => page("Welcome", "<form method=post><input type=password></form>", 403)],
  ["a title alone", () => page("Sign in to your account", "<div id=app></div>", 200)],
  ["a title in German", () => page("Anmelden", "<div id=app></div>", 200)],
  ["oauth2-proxy", () => page("Shares", '<form method="GET" action="/oauth2/start"><button>Go</button></form>', 403)],
  [
    "SAML, by itself",
    () =>
      page(
        "Wait",
        '<form action="https://idp.example/x"><input type="hidden" name="SAMLRequest" value="x"></form>',
        200,
      ),
  ],
  [
    "HTTP's own",
    () => ({
      ...page("401", "Authorization Required", 401),
      headers: { ...html, "www-authenticate": 'Basic realm="x"' },
    }),
  ],
  ["status 401", () => page("Unauthorized", "No", 401)],
  ["a captive network", () => page("Network", "Wi-Fi", 511)],
  ["a script that leads there", () => page("", '<script>window.location.href = "/auth/login?next=1"</script>', 200)],
  ["a refresh", () => page("", '<meta http-equiv="refresh" content="0;url=/login">', 200)],
  [
    "a redirect",
    (_, path) =>
      path.startsWith("/login")
        ? page("Shares", "Who are you?", 200)
        : { status: 302, headers: { location: `/login?next=${path}` } },
  ],
  [
    "a redirect to nothing",
    (_, path) => (path.startsWith("/saml2") ? page("", "", 404) : { status: 302, headers: { location: "/saml2/sso" } }),
  ],
  [
    "a redirect to another host",
    (at, path) =>
      path.startsWith("/authorize")
        ? page("x", "y", 200)
        : {
            status: 303,
            headers: { location: `${at.replace("127.0.0.1", "localhost")}/authorize?client_id=1&redirect_uri=2` },
          },
  ],
]
