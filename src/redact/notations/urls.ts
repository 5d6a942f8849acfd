import { patternRule } from "../rules/pattern-rule.ts"
import type { SecretRule } from "../rules/secret-rule.ts"
import { isHighEntropy, isMachineMade } from "../values/entropy.ts"
import { isPlaceholder } from "../values/placeholders.ts"

const isRealPassword = (value: string) =>
  !isPlaceholder(value) &&
  !/^(?:password|passwd|pass|pwd|secret|token|[{<$].*)$/i.test(value) &&
  !/^\d{1,5}(?:\/|$)/.test(value)

const isSigned = (value: string) => isHighEntropy(value.replace(/%[0-9a-f]{2}/gi, "+").replace(/=+$/, ""))

/** Secrets in addresses: passwords, tokens, signatures, webhooks. */
export const urls: readonly SecretRule[] = [
  // The password ends at the last `@` before a host.
  patternRule("password", ["://"], /:\/\/[^\s:/@"'`<>\\]{0,128}:([^\s/"'`<>\\]{1,256})@[\w.[-]/, isRealPassword),
  patternRule(
    "password",
    ["://"],
    /:\/\/[^\s:/@"'`<>\\]{1,128}:((?!\d{1,5}\/)[^\s@"'`<>]{1,256})@[\w-]{1,63}(?:\.[\w-]{1,63}){0,16}(?::\d{1,5}|\/|\s|$|["'])/,
    (value) => value.includes("/") && isMachineMade(value) && isRealPassword(value),
  ),
  patternRule("token", ["://"], /:\/\/([^\s:/@"'`<>\\]{16,256}):(?:x-oauth-basic)?@/, isMachineMade),
  patternRule(
    "token",
    ["://"],
    /:\/\/([^\s:/@"'`<>\\]{16,256})@(?!o\d{1,12}\.ingest\.)[\w.[-]/,
    (value) => isMachineMade(value) && !isPlaceholder(value),
  ),
  patternRule(
    "signed link",
    [
      "x-amz-signature",
      "x-amz-security-token",
      "x-goog-signature",
      "sig=",
      "signature=",
      "token=",
      "key=",
      "code=",
      "x-amz-credential",
    ],
    /(?:x-amz-signature|x-amz-security-token|x-amz-credential|x-goog-signature|(?<=[?&;])(?:sig|signature|code|(?:access_|auth_|api_?)?(?:token|key)))=([\w%.~+/=-]{16,4096})/i,
    isSigned,
  ),
  patternRule(
    "slack webhook",
    ["hooks.slack.com/"],
    /hooks\.slack\.com\/(?:services|workflows|triggers)\/([\w/-]{20,200})/i,
  ),
  patternRule("discord webhook", ["/api/webhooks/"], /\/api\/webhooks\/\d{10,25}\/([\w-]{40,100})/i),
  patternRule("teams webhook", [".webhook.office.com/"], /\.webhook\.office\.com\/webhookb2\/([\w@/-]{60,300})/i),
  patternRule("teams webhook", [".logic.azure.com"], /\.logic\.azure\.com[^\s"']{0,300}[?&]sig=([\w%-]{20,100})/i),
  patternRule("zapier webhook", ["hooks.zapier.com/"], /hooks\.zapier\.com\/hooks\/catch\/([\w/]{10,60})/i),
  patternRule("tines webhook", [".tines.com/"], /\.tines\.com\/webhook\/([\w/]{40,120})/i),
  patternRule("webhook", ["webhook.site/"], /webhook\.site\/([0-9a-f-]{36})/i),
  patternRule(
    "make webhook",
    ["hook.eu", "hook.us", "hook.integromat.com/"],
    /hook\.(?:eu\d?|us\d?)?\.?(?:make|integromat)\.com\/([a-z0-9]{32})/i,
  ),
  patternRule("telegram token", ["/bot"], /\/bot(\d{8,12}:[\w-]{30,50})/),
]
