import { formatCount } from "../lib/format-count.ts"
import { countSubagents } from "../session/count-subagents.ts"
import { isPrompt, type Session, startOfSession } from "../session/model.ts"

/** Summarizes the content of a share: `3 prompts, 12 answers, 8 steps, 1 subagent`. Reads the session. */
export async function summarizeContent(session: Session): Promise<string> {
  let [prompts, answers, steps, files] = [0, 0, 0, 0]
  const read = startOfSession()
  for await (const message of session.messages(read)) {
    if (isPrompt(message)) prompts++
    else if (message.role === "assistant") answers++
    for (const part of message.parts) {
      if (part.type === "tool") steps++
      if (part.type === "file" && part.url !== "") files++
      if (part.type === "tool") files += part.attachments.length
    }
  }
  const counts = [
    [prompts, "prompt"],
    [answers, "answer"],
    [steps, "step"],
    [files, "attached file"],
    [await countSubagents(session, read), "subagent"],
  ] as const
  return counts.flatMap(([n, name]) => (n === 0 ? [] : [formatCount(n, name)])).join(", ")
}

/** Audience of a bucket's links; null: unknown. */
export function describeAccess(isPublic: boolean | null): string {
  if (isPublic === null) return "unknown: public access could not be checked from here"
  return isPublic ? "anyone with the link" : "only those with read access to the bucket; links are not public"
}
