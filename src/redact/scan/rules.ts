import { commandLines } from "../notations/command-lines.ts"
import { headers } from "../notations/headers.ts"
import { mnemonics } from "../notations/mnemonics.ts"
import { namedValues } from "../notations/named-values.ts"
import { outputs } from "../notations/outputs.ts"
import { foreignPhrases, loginPairs } from "../notations/phrases.ts"
import { structures } from "../notations/structures.ts"
import { urls } from "../notations/urls.ts"
import { webTokens } from "../notations/web-tokens.ts"
import { kindRules } from "../rules/kinds.ts"
import type { SecretRule } from "../rules/secret-rule.ts"

/** All rules, the most specific first: of two rules that find the same text, the first one names it. */
export const rules: readonly SecretRule[] = [
  ...kindRules(),
  webTokens(),
  ...structures,
  ...urls,
  ...headers,
  ...commandLines(),
  mnemonics,
  outputs,
  foreignPhrases,
  loginPairs,
  namedValues,
]
