import type { AssistantMessage, MessageError } from "../../session/model.ts"
import { formatCompact, formatCost, formatDuration } from "../format.ts"
import { clip, DATA_LIMITS, excerpt } from "../html/truncate.ts"
import type { PageItem } from "../view.ts"

/** Model, tokens and cost of an answer. */
export function answerMeta({ model, agent, tokens, cost, created, completed }: AssistantMessage): PageItem[] {
  const read = tokens.input + tokens.cacheRead + tokens.cacheWrite
  const written = tokens.output + tokens.reasoning
  const text = [
    clip(model ?? "", 100),
    clip(agent ?? "", 100),
    read + written > 0 ? `${formatCompact(read)} in, ${formatCompact(written)} out` : "",
    cost > 0 ? formatCost(cost) : "",
    created !== undefined && completed !== undefined ? formatDuration(completed - created) : "",
  ].filter(Boolean)
  return text.length === 0 ? [] : [{ kind: "meta", anchor: "", moment: undefined, text: text.join(" · ") }]
}

const CONTENT_FILTER_TITLE = "The answer was stopped by the content filter of the model's service"

/** Title and text for an answer that ended early without an error; undefined if it did not, or if it has content. */
export function describeAnswerEnd({ finish, parts }: AssistantMessage): { title: string; text: string } | undefined {
  if (finish === "length")
    return { title: "Cut off", text: "The model reached its limit of output before it was done." }
  if (finish === "content-filter") return { title: CONTENT_FILTER_TITLE, text: "" }
  // Other reasons than these say nothing more: in session.json, those that are not known become `other`. Some services
  // give one for every answer.
  if (finish === undefined || finish === "stop" || finish === "tool-calls") return undefined
  const isEmpty = !parts.some((part) => part.type === "tool" || (part.type === "text" && part.text.trim() !== ""))
  return isEmpty
    ? { title: "No answer", text: "The model's service ended the answer without giving a reason." }
    : undefined
}

/** Reader-facing text of an answer's error. */
export function describeAnswerError({ name, message, statusCode }: MessageError): {
  tone: "bad" | "plain"
  title: string
  text: string
} {
  if (name === "MessageAbortedError") return { tone: "bad", title: "Stopped", text: "The answer was stopped by hand." }
  if (name === "APIError")
    return {
      tone: "bad",
      title: `The model's service answered with an error${statusCode ? ` (${statusCode})` : ""}`,
      text: excerpt(message, DATA_LIMITS),
    }
  const titles: Record<string, string> = {
    ProviderAuthError: "The model's service refused the credentials",
    MessageOutputLengthError: "The answer exceeded the output limit of the model",
    ContextOverflowError: "The conversation exceeded the context window of the model",
    ContentFilterError: CONTENT_FILTER_TITLE,
    StructuredOutputError: "The answer did not have the form that was asked for",
    UnknownError: "The answer ended with an error",
  }
  return { tone: "bad", title: titles[name] ?? clip(name || "An error", 200), text: excerpt(message, DATA_LIMITS) }
}
