import type { ToolPart } from "../../session/model.ts"
import { fields, list, text } from "../../session/read-json.ts"

/** Why a call was not run. */
export interface Denial {
  by: "the user" | "a rule"
  /** The user's words, or "". */
  reason: string
  /** Rules that forbid it, one a line, or "". */
  rules: string
}

/** Tells that a call was not allowed, by the sentence that OpenCode gives the model. */
export function denialOf({ status, error, errorType }: ToolPart): Denial | undefined {
  if (status !== "error") return undefined
  const sentence = error.replace(/^Error: /, "")
  if (sentence.startsWith("The user has specified a rule which prevents you"))
    return { by: "a rule", reason: "", rules: rulesOf(sentence) }
  const rejected = /^The user rejected permission to use this specific tool call(?: with the following feedback: |\.?$)/
  const match = rejected.exec(sentence)
  if (match) return { by: "the user", reason: sentence.slice(match[0].length).trim(), rules: "" }
  return /^permission\b/.test(errorType) ? { by: "a rule", reason: "", rules: "" } : undefined
}

/** `edit package.json: deny`, from the list of rules in the sentence. */
function rulesOf(sentence: string): string {
  const start = sentence.indexOf("[")
  if (start < 0) return ""
  try {
    return list(JSON.parse(sentence.slice(start)))
      .map(fields)
      .map(({ permission, pattern, action }) => `${text(permission)} ${text(pattern)}: ${text(action)}`)
      .join("\n")
  } catch {
    return sentence.slice(start)
  }
}
