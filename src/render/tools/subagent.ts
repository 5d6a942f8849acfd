import { definedFields, fields, text } from "../../session/read-json.ts"
import { changesNothing, failsAsCall, outputOf, type Tool, unmarked } from "./tool.ts"
import type { ToolBlock } from "./tool-block.ts"

interface SubagentCall {
  description: string
  prompt: string
  agent: string
  result: string
}

/** `task` of OpenCode 1, `subagent` of OpenCode 2. */
export const subagent: Tool<SubagentCall> = {
  names: ["task", "subagent"],
  category: "delegate",
  read(part) {
    const { prompt, description, subagent_type, agent = subagent_type } = fields(part.input)
    if (typeof prompt !== "string") return undefined
    return { description: text(description), prompt, agent: text(agent), result: resultOf(outputOf(part)) }
  },
  mark: unmarked,
  failure: failsAsCall,
  row: ({ description, agent }, { status }) => ({
    verb: "Delegated",
    object: [description, agent && `@${agent}`].filter(Boolean).join(" · "),
    mono: false,
    ...(status === "completed" && { outcome: "answered" }),
    open: true,
  }),
  blocks({ description, prompt, result }, { subagent }) {
    const blocks: ToolBlock[] = []
    if (prompt) blocks.push({ type: "prose", text: prompt, tone: "asked", kind: "task", name: "task" })
    if (result) blocks.push({ type: "prose", text: result, tone: "answered", kind: "answer", name: "answer" })
    if (subagent) blocks.push({ type: "subagent", sessionID: subagent.sessionID, title: description })
    return blocks
  },
  changes: changesNothing,
  published: ({ description, prompt, agent }, { subagent }) => ({
    input: definedFields({ description: description || undefined, prompt, subagent_type: agent || undefined }),
    metadata: definedFields({ sessionId: subagent?.sessionID, background: subagent?.isBackground || undefined }),
  }),
}

/** The answer between tags, or before them in older versions of OpenCode 1. */
function resultOf(output: string): string {
  const element = /^<subagent sessionID="[^"\n>]{0,80}"[^>\n]{0,80}>/.exec(output)?.[0]
  if (element !== undefined) {
    const end = output.lastIndexOf("</subagent>")
    return output.slice(element.length, end < element.length ? undefined : end).trim()
  }
  const tag = "<task_result>"
  const start = output.indexOf(tag)
  const end = output.lastIndexOf("</task_result>")
  if (start >= 0 && end >= start + tag.length) return output.slice(start + tag.length, end).trim()
  const note = output.lastIndexOf("<task_metadata>")
  return (note < 0 ? output : output.slice(0, note)).trim()
}
