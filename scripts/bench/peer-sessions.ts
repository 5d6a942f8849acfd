import { createWriteStream } from "node:fs"
import { pipeline } from "node:stream/promises"
import type { GeneratedMessage, GeneratedSession } from "../generate-session.ts"

interface Part {
  type: string
  text?: string
  callID?: string
  tool?: string
  state?: { status: string; input?: object; output?: string; error?: string }
}

interface ReadMessage {
  role: "user" | "assistant"
  /** In milliseconds since 1970. */
  created: number
  texts: Part[]
  calls: { id: string; tool: string; input: object; output: string; isError: boolean }[]
}

/** Writes a generated session as JSON lines in the format of pi, version 3. */
export async function writePiSession(file: string, session: GeneratedSession): Promise<void> {
  const { id, directory, time } = session.info
  let count = 0
  await writeLines(file, session, (message) => {
    const header = { type: "session", version: 3, id, timestamp: new Date(time.created).toISOString(), cwd: directory }
    const first = count === 0 ? [header] : []
    const timestamp = new Date(message.created).toISOString()
    return [
      ...first,
      ...piEntries(message).map((entry) => {
        const parentId = count === 0 ? null : String(count)
        return { type: "message", id: String(++count), parentId, timestamp, message: entry }
      }),
    ]
  })
}

function piEntries({ role, created: timestamp, texts, calls }: ReadMessage): object[] {
  if (role === "user") return [{ role, content: texts.map(({ text }) => ({ type: "text", text })), timestamp }]
  const content = [
    ...texts.map(({ type, text }) => (type === "text" ? { type, text } : { type: "thinking", thinking: text })),
    ...calls.map(({ id, tool, input }) => ({ type: "toolCall", id, name: tool, arguments: renamed(input, PI_NAMES) })),
  ]
  const usage = {
    ...{ input: 4_000, output: 400, cacheRead: 20_000, cacheWrite: 900, totalTokens: 25_300 },
    cost: { input: 0.004, output: 0.004, cacheRead: 0.001, cacheWrite: 0.001, total: 0.01 },
  }
  const about = { api: "anthropic-messages", provider: "example", model: "large-1", usage, timestamp }
  const results = calls.map(({ id, tool, output, isError }) => ({
    ...{ role: "toolResult", toolCallId: id, toolName: tool, isError, timestamp },
    content: [{ type: "text", text: output }],
  }))
  return [{ role, content, ...about, stopReason: calls.length > 0 ? "toolUse" : "stop" }, ...results]
}

/** Names of the same arguments. */
const PI_NAMES = { filePath: "path", oldString: "oldText", newString: "newText" }
const CLAUDE_NAMES = { filePath: "file_path", oldString: "old_string", newString: "new_string" }

/** Writes a generated session as JSON lines in the format of Claude Code. */
export function writeClaudeSession(file: string, session: GeneratedSession): Promise<void> {
  return writeLines(file, session, ({ role, created, texts, calls }) => {
    const timestamp = new Date(created).toISOString()
    const content = [
      ...texts.map(({ type, text }) => (type === "text" ? { type, text } : { type: "thinking", thinking: text })),
      ...calls.map(({ id, tool, input }) => ({
        ...{ type: "tool_use", id, input: renamed(input, CLAUDE_NAMES) },
        name: tool[0]!.toUpperCase() + tool.slice(1),
      })),
    ]
    const results = calls.map(({ id, output, isError }) => ({
      ...{ type: "tool_result", tool_use_id: id, content: output, is_error: isError },
    }))
    const said = { type: role, message: { role, content }, timestamp }
    return results.length === 0
      ? [said]
      : [said, { type: "user", message: { role: "user", content: results }, timestamp }]
  })
}

const renamed = (input: object, names: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(input).map(([name, value]) => [names[name] ?? name, value]))

async function writeLines(file: string, session: GeneratedSession, linesOf: (message: ReadMessage) => object[]) {
  function* lines() {
    for (const message of session.messages())
      for (const line of linesOf(read(message))) yield `${JSON.stringify(line)}\n`
  }
  await pipeline(lines, createWriteStream(file))
}

function read(message: GeneratedMessage): ReadMessage {
  const { role, time } = message.info as { role: "user" | "assistant"; time: { created: number } }
  const parts = message.parts as Part[]
  const calls = parts.flatMap(({ type, callID = "", tool = "", state }) => {
    if (type !== "tool") return []
    const output = state?.output ?? state?.error ?? ""
    return [{ id: callID, tool, input: state?.input ?? {}, output, isError: state?.status === "error" }]
  })
  return { role, created: time.created, texts: parts.filter(({ text }) => text !== undefined), calls }
}
