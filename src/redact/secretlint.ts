import type { SecretLintCoreConfigRule } from "@secretlint/types"
import { isPlaceholder } from "./false-positives.ts"

// Prefixes of the tokens that secretlint detects. Its rules for URLs, connection strings, webhooks and private keys are
// not used: ours detect more.
const TOKEN_PREFIXES = [
  ..."AKIA ASIA A3T AGPA AIDA AROA AIPA ANPA ANVA npm_ xoxb- xoxp- xapp- xoxa- xoxo- xoxr- SG.".split(" "),
  ..."shppa_ shpca_ shpat_ shpss_ sk_live_ sk_test_ rk_live_ rk_test_ ghp_ gho_ ghu_ ghs_ ghr_ github_pat_".split(" "),
  ..."glpat- glc_ glsa_ sk-proj- sk-svcacct- sk-admin- sk-ant- T3BlbkFJ gsk_ hf_ lin_api_ ntn_ ops_ey hvs. hvb.".split(
    " ",
  ),
  ..."hvr. vcp_ vci_ vca_ vcr_ vck_ dapi dckr_pat_ figd_ cfk_ cfut_ cfat_ tskey-".split(" "),
]
const awsSecret = /secret_?access_?key["']?\s*(?::|=>|=)\s*["']?[A-Za-z0-9/+=]{40}/iy

/**
 * Anchors, in lower case, without which the rules of secretlint match nothing, and for each the minimum match at its
 * position.
 */
export const secretlintAnchors: [string, RegExp][] = [
  ...TOKEN_PREFIXES.map((prefix): [string, RegExp] => [
    prefix.toLowerCase(),
    new RegExp(`${prefix.replace(".", "\\.")}(?=[a-z_.+/=-]{0,40}[A-Z0-9])[\\w.+/=-]{16}`, "y"),
  ]),
  ["_authtoken=", /_authToken=[\w.+/=-]{8}/y],
  ["secretaccess", awsSecret],
  ["secret_access", awsSecret],
]

const KIND_BY_RULE: Record<string, string> = {
  aws: "aws key",
  npm: "npm token",
  slack: "slack token",
  openai: "openai key",
  anthropic: "anthropic key",
  groq: "groq key",
  huggingface: "hugging face token",
  linear: "linear key",
  notion: "notion token",
  sendgrid: "sendgrid key",
  shopify: "shopify token",
  stripe: "stripe key",
  github: "github token",
  gitlab: "gitlab token",
  grafana: "grafana token",
  "1password": "1password token",
  "hashicorp-vault": "vault token",
  vercel: "vercel token",
  databricks: "databricks token",
  docker: "docker token",
  figma: "figma token",
  cloudflare: "cloudflare token",
  tailscale: "tailscale key",
}

/** Maximum length of one window, and of all windows in one call: the time of secretlint's rules is superlinear. */
const MAX_WINDOW_CHARS = 8_192
const MAX_BATCH_CHARS = 32_768

/** Windows of a text around positions in ascending order. */
export function windowsAround(text: string, places: readonly number[]): string[] {
  const windows: { from: number; to: number }[] = []
  for (const place of places) {
    const [from, to] = [Math.max(place - 300, 0), place + 2200]
    const last = windows.at(-1)
    if (last && from <= last.to && to - last.from <= MAX_WINDOW_CHARS) last.to = to
    else windows.push({ from, to })
  }
  return windows.map(({ from, to }) => text.slice(from, to))
}

type Lint = (text: string) => Promise<{ kind: string; value: string }[]>
let loading: Promise<Lint> | undefined

/**
 * Runs secretlint on windows of texts. Returns the kind and the value of each secret. Loads secretlint on first use.
 */
export async function runSecretlint(windows: readonly string[]): Promise<{ kind: string; value: string }[]> {
  if (windows.length === 0) return []
  loading ??= load()
  const lint = await loading
  const found: { kind: string; value: string }[] = []
  for (let next = 0; next < windows.length; ) {
    const asked: string[] = []
    for (let length = 0; next < windows.length && length < MAX_BATCH_CHARS; next++) {
      asked.push(windows[next]!)
      length += windows[next]!.length
    }
    for (const one of await lint(asked.join("\n\n"))) if (!isPlaceholder(one.value)) found.push(one)
  }
  return found
}

async function load(): Promise<Lint> {
  const [{ lintSource }, { rules }, { secretLintProfiler }] = await Promise.all([
    import("@secretlint/core"),
    import("@secretlint/secretlint-rule-preset-recommend"),
    import("@secretlint/profiler"),
  ])
  // The profiler would record the time of every rule in every call, and never release it.
  secretLintProfiler.setEnabled(false)
  const used: SecretLintCoreConfigRule[] = rules.flatMap((rule) => {
    const id = rule.meta.id
    const name = id.replace("@secretlint/secretlint-rule-", "")
    if (!(name in KIND_BY_RULE)) return []
    return [{ id, rule, ...(name === "aws" && { options: { enableIDScanRule: true } }) } as SecretLintCoreConfigRule]
  })
  return async (content) => {
    const source = { content, filePath: "text", ext: "", contentType: "text" } as const
    const { messages } = await lintSource({ source, options: { config: { rules: used }, noPhysicFilePath: true } })
    return messages.flatMap(({ ruleId, messageId, data, range }) => {
      // Account numbers are not secrets.
      if (messageId === "AWSAccountID") return []
      const name = ruleId.replace("@secretlint/secretlint-rule-", "")
      // For these two rules, the range is that of the name before the value.
      const named = name === "aws" || name === "npm" ? Object.values((data ?? {}) as Record<string, unknown>) : []
      const value = named.find((text): text is string => typeof text === "string" && text.length >= 12)
      return [{ kind: KIND_BY_RULE[name]!, value: value ?? content.slice(...range) }]
    })
  }
}
