import type { SecretLintCoreConfigRule } from "@secretlint/types"
import type { Found } from "./find-words.ts"

/**
 * What one of the words of secretlint's rules begins with. Its rules for addresses, connection strings and private keys
 * are not asked: ours find more of them.
 */
export const secretlintWords = [
  ..."akia asia a3t agpa aida aroa aipa anpa anva secretaccess secret_access _authtoken npm_ x-oauth-basic".split(" "),
  ..."xoxb- xoxp- xapp- xoxa- xoxo- xoxr- hooks.slack.com sg. shppa_ shpca_ shpat_ shpss_ sk_live sk_test rk_live".split(
    " ",
  ),
  ..."rk_test ghp_ gho_ ghu_ ghs_ ghr_ github_pat glpat- glc_ glsa_ sk-proj sk-svcacct sk-admin t3blbkfj sk-ant-".split(
    " ",
  ),
  ..."gsk_ hf_ lin_api_ ntn_ ops_ey hvs. hvb. hvr. vcp_ vci_ vca_ vcr_ vck_ dapi dckr_pat_ figd_ cfk_ cfut_".split(" "),
  ..."cfat_ tskey-".split(" "),
]

const names: Record<string, string> = {
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

type Lint = (text: string) => Promise<{ kind: string; value: string }[]>
let loading: Promise<Lint> | undefined

/** What secretlint finds around the places where its words stand: `kind` names it, `value` is the secret. */
export async function askSecretlint(
  text: string,
  places: readonly Found[],
): Promise<{ kind: string; value: string }[]> {
  loading ??= load()
  const lint = await loading
  const windows: { from: number; to: number }[] = []
  for (const { start, end } of places) {
    const from = Math.max(start - 64, 0)
    const to = Math.min(end + 2200, text.length)
    const last = windows.at(-1)
    if (last && from <= last.to) last.to = to
    else windows.push({ from, to })
  }
  return lint(windows.map(({ from, to }) => text.slice(from, to)).join("\n\n"))
}

async function load(): Promise<Lint> {
  const [{ lintSource }, { rules }] = await Promise.all([
    import("@secretlint/core"),
    import("@secretlint/secretlint-rule-preset-recommend"),
  ])
  const used: SecretLintCoreConfigRule[] = rules.flatMap((rule) => {
    const id = rule.meta.id
    const name = id.replace("@secretlint/secretlint-rule-", "")
    if (!(name in names)) return []
    return [{ id, rule, ...(name === "aws" && { options: { enableIDScanRule: true } }) } as SecretLintCoreConfigRule]
  })
  return async (content) => {
    const source = { content, filePath: "text", ext: "", contentType: "text" } as const
    const { messages } = await lintSource({ source, options: { config: { rules: used }, noPhysicFilePath: true } })
    return messages.flatMap(({ ruleId, messageId, data, range }) => {
      // The number of an account is no secret.
      if (messageId === "AWSAccountID") return []
      const name = ruleId.replace("@secretlint/secretlint-rule-", "")
      // The range of these two is that of the name in front.
      const named = name === "aws" || name === "npm" ? Object.values((data ?? {}) as Record<string, unknown>) : []
      const value = named.find((text): text is string => typeof text === "string" && text.length >= 12)
      return [{ kind: names[name]!, value: value ?? content.slice(...range) }]
    })
  }
}
