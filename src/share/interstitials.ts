import { type AnonymousResponse, decodeText, isHtml } from "./anonymous-fetch.ts"
import { printable } from "./cache-headers.ts"
import { prefixOf } from "./manifest.ts"

// A bot check or a sign-in page answers for every address, whether or not anything is behind it. Both are detected by
// headers and content, never by status alone.

/** Headers that vendors send only with a bot check. */
const CHALLENGE_HEADERS: Record<string, string> = {
  "cf-mitigated": "Cloudflare",
  "x-vercel-mitigated": "Vercel",
  "x-amzn-waf-action": "AWS WAF",
  "x-sucuri-block": "Sucuri",
}

/** Text that occurs only in a vendor's challenge page. */
const CHALLENGE_MARKS: [vendor: string, mark: RegExp][] = [
  ["Cloudflare", /_cf_chl_opt|__cf_chl_|cf-browser-verification|Attention Required! \| Cloudflare|cf-error-details/],
  ["Imperva", /_Incapsula_Resource|Incapsula incident ID/],
  [
    "Akamai",
    /errors\.edgesuite\.net|Reference(?: |&#32;)(?:#|&#35;)[0-9a-f]+\.|sec-if-cpt-container|\/_sec\/cp_challenge/,
  ],
  ["DataDome", /captcha-delivery\.com/],
  ["HUMAN", /px-captcha|captcha\.px-c(?:dn|loud)\.net/],
  ["AWS WAF", /awswaf\.com|AwsWafIntegration|gokuProps/],
  ["Sucuri", /sucuri_cloudproxy_js|Sucuri Website Firewall/i],
  ["DDoS-Guard", /DDoS-Guard/i],
  ["Anubis", /\.within\.website\/x\/cmd\/anubis|anubis_challenge/],
  ["Kasada", /KP_UIDz|kpsdk/i],
  ["Vercel", /Vercel Security Checkpoint/],
  ["Radware", /perfdrive\.com|Radware Bot Manager/],
  ["F5", /The requested URL was rejected\. Please consult with your administrator|TSPD_101|\bbobcmn\b/],
  ["Azure", /\bazwaf\b|Azure WAF/i],
  ["Google", /Our systems have detected unusual traffic/],
]

/** Phrases of challenge pages of any vendor. */
const CHALLENGE_SENTENCE =
  /checking (?:your browser|(?:if|whether) the site connection is secure)|(?:verify|verifying|confirm|prove|make sure|making sure|ensure)(?: that)? you(?: are|['’]re|&#39;re|&#x27;re)(?: a)?(?: human|(?: not)(?: a)? (?:ro)?bot)|are you (?:a )?(?:human|(?:ro)?bot)\b|(?:am|['’]m|&#39;m) not a robot|just a moment(?:\.\.\.|…)|enable javascript and cookies to continue|complete the (?:captcha|security check)|human verification|ddos protection by/i
const CHALLENGE_TITLE =
  /captcha|challenge|security check|bot (?:check|detection|protection|verification)|browser check|robot/i
const CAPTCHA = /g-recaptcha|h-captcha|cf-turnstile|\bcaptcha\b/i

/** Detects a bot check. Returns the vendor's name, or "a bot check" if unknown; undefined if there is none. */
export function detectChallenge(answer: AnonymousResponse): string | undefined {
  for (const [header, vendor] of Object.entries(CHALLENGE_HEADERS)) if (answer.headers.has(header)) return vendor
  const { status } = answer
  if (status === 404 || status === 410 || !(isHtml(answer) || isScript(answer))) return undefined
  const text = decodeText(answer.unpacked ?? answer.head)
  for (const [vendor, mark] of CHALLENGE_MARKS) if (mark.test(text)) return vendor
  const isCheck =
    CHALLENGE_SENTENCE.test(text) || CHALLENGE_TITLE.test(htmlTitle(text)) || (status >= 400 && CAPTCHA.test(text))
  return isCheck ? "a bot check" : undefined
}

/** Bot checks answer scripts with JSON that names the challenge. */
const isScript = ({ status, headers }: AnonymousResponse) =>
  status >= 400 && /json|text\/plain/.test(headers.get("content-type") ?? "")

/** Words in the addresses of sign-in pages. */
const SIGN_IN_ADDRESS =
  /(?:^|[/._?&=-])(?:log[-_]?[io]n|sign[-_]?in|sso|saml2?|oauth2?|openid(?:-connect)?|oidc|authori[sz]e|authenticate|adfs|idp|cas)(?:[/._?&=-]|$)|\/cdn-cgi\/access\/|[?&](?:SAMLRequest|client_id|redirect_uri)=/i
const SIGN_IN_HOST = /^(?:[^.]+\.)*(?:log-?in|sign-?in|accounts?|auth|sso|idp|id)\.[^/]+$|\.cloudflareaccess\.com$/i
const SIGN_IN_TITLE =
  /\b(?:sign[ -]?in|log[ -]?in|single sign-on|authentication required|password required|anmeld(?:en|ung)|einloggen|connexion|se connecter|iniciar sesi[oó]n|inicia sesi[oó]n|accedi|inloggen|logga in|entrar)\b|ログイン|登录|登入|로그인|вход/i
const SIGN_IN_MARKUP = [
  /<input\b[^>]*\btype\s*=\s*["']?password/i,
  /<input\b[^>]*\bname\s*=\s*["']?SAMLRequest/i,
  /<form\b[^>]*\baction\s*=\s*["']?[^"'>]*(?:log-?in|sign[-_]?in|oauth|sso|saml)/i,
  /<meta\b[^>]*\bhttp-equiv\s*=\s*["']?refresh\b[^>]*(?:log-?in|sign[-_]?in|oauth|sso|saml)/i,
  /location(?:\.href)?\s*(?:=|\.(?:replace|assign)\()\s*["'`][^"'`]*(?:log-?in|sign[-_]?in|oauth|sso|saml)/i,
]

/**
 * Detects a sign-in in front of an address. Returns its address or a description; undefined if there is none.
 * @param url the requested address
 * @param id the share's id: redirects within the share do not count as a sign-in
 */
export function detectSignIn(answer: AnonymousResponse, url: string, id: string): string | undefined {
  const { status, headers, hops } = answer
  for (const hop of hops) {
    const { host, pathname, search, origin } = new URL(hop)
    if (pathname.includes(prefixOf(id))) continue
    if (SIGN_IN_ADDRESS.test(pathname + search) || (host !== new URL(url).host && SIGN_IN_HOST.test(host)))
      return printable(origin + pathname)
  }
  if (status === 511) return "the network's own sign-in"
  if (headers.has("x-goog-iap-generated-response")) return "Google's Identity-Aware Proxy"
  if (status === 404 || status === 410 || isS3Error(answer)) return undefined
  const scheme = /^\s*([A-Za-z]+)/.exec(headers.get("www-authenticate") ?? "")?.[1]
  if (scheme !== undefined) return `a password (${scheme})`
  if (status === 401) return "status 401"
  if (!isHtml(answer) || status >= 500) return undefined
  const text = decodeText(answer.unpacked ?? answer.head)
  const isSignIn = SIGN_IN_TITLE.test(htmlTitle(text)) || SIGN_IN_MARKUP.some((mark) => mark.test(text))
  return isSignIn ? "a page that asks to sign in" : undefined
}

/** Whether this is an S3 error document, which only the store itself sends. */
export const isS3Error = (answer: AnonymousResponse): boolean => s3ErrorCode(answer) !== undefined

/** The code in an S3 error document: `AccessDenied`. */
export function s3ErrorCode({ status, head }: AnonymousResponse): string | undefined {
  if (status < 400) return undefined
  const text = decodeText(head)
  // AWS website endpoints send the code in HTML.
  if (!/^\s*(?:<\?xml[^>]*\?>\s*)?<Error\b/.test(text)) return /<li>Code: (\w+)<\/li>/.exec(text)?.[1]
  return /<Code>([^<]*)<\/Code>/.exec(text)?.[1]
}

export const htmlTitle = (html: string): string => /<title\b[^>]*>([^<]*)/i.exec(html)?.[1]?.trim() ?? ""
