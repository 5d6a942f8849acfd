import type { Message, Part, SessionInfo, ToolPart } from "../../session/model.ts"
import { TERMINAL_LIMITS, truncate } from "../html/truncate.ts"
import { rowOf } from "../items/event-items.ts"

/** Heading of a session in `session.md`. */
export function headingMarkdown({ title, created, parentID }: SessionInfo): string {
  const date =
    created !== undefined && Math.abs(created) <= 8.64e15 ? `\n${new Date(created).toISOString().slice(0, 10)}\n` : ""
  return `${parentID ? "\n---\n\n" : ""}# ${oneLine(title) || "Untitled session"}\n${date}`
}

/**
 * A message in `session.md`: prompts and answers verbatim, tool calls as short fenced blocks. Long outputs are
 * truncated with a note; prompts and answers never are.
 */
export function messageMarkdown(message: Message): string {
  if (message.role === "malformed") return `\n> A message that cannot be read: ${oneLine(message.reason)}\n`
  const row = message.role === "event" ? rowOf(message) : undefined
  if (row) return `\n*${oneLine(row.title)}*\n`
  const parts = message.parts.map((part) => partMarkdown(part, message.role)).filter((text) => text !== "")
  if (message.role === "assistant" && message.error)
    parts.push(`> ${oneLine(`${message.error.name}: ${message.error.message}`)}`)
  if (parts.length === 0) return ""
  const heading =
    message.role === "user" && message.parts.some((part) => part.type === "text" && !part.synthetic)
      ? "\n## Prompt\n"
      : ""
  return `${heading}\n${parts.join("\n\n")}\n`
}

function partMarkdown(part: Part, role: Message["role"]): string {
  switch (part.type) {
    case "text":
      return part.synthetic || part.ignored ? "" : closeOpenBlocks(part.text.trim())
    case "file":
      return `*Attached: ${oneLine(part.filename || part.mime)}*`
    case "tool":
      return toolMarkdown(part)
    case "compaction":
      return "*The conversation was summarised here.*"
    case "subtask":
      return `*Task for ${oneLine(part.agent)}: ${oneLine(part.description)}*\n\n${closeOpenBlocks(part.prompt)}`
    case "unknown":
    case "malformed":
      return role === "user" ? "" : `*A part of the kind ${oneLine(part.kind)}*`
    default:
      return ""
  }
}

function toolMarkdown(part: ToolPart): string {
  const { call, tool, status, error } = part
  const path = "path" in call ? call.path : ""
  const name = `**${oneLine(tool)}** ${path ? `\`${oneLine(path)}\`` : ""}`.trim()
  const failed = status === "error" ? `\n\n${fence(error, "")}` : ""
  if (call.kind === "bash")
    return `${name}${call.exit ? ` (exit ${call.exit})` : ""}\n\n${fence(`$ ${call.command}\n${truncateOutput(stripAnsi(part.output))}`, "console")}${failed}`
  if (call.kind === "edit" && call.patch) return `${name}\n\n${fence(truncateOutput(call.patch), "diff")}${failed}`
  if (call.kind === "apply_patch")
    return `${name}\n\n${call.files.map(({ patch }) => fence(truncateOutput(patch), "diff")).join("\n\n")}${failed}`
  if (call.kind === "write") return `${name}\n\n${fence(truncateOutput(call.content), "")}${failed}`
  if (call.kind === "task")
    return `${name} ${oneLine(call.description)}${call.result ? `\n\n${quote(closeOpenBlocks(call.result))}` : ""}${failed}`
  if (call.kind === "question")
    return `${name}\n\n${call.questions.map(({ question, answers }) => `- ${oneLine(question)} — ${answers.map(oneLine).join(", ") || "no answer"}`).join("\n")}`
  if (call.kind === "todowrite")
    return `${name}\n\n${call.todos.map(({ content, status }) => `- [${status === "completed" ? "x" : " "}] ${oneLine(content)}`).join("\n")}`
  if (call.kind === "search") return `${name} \`${oneLine(call.pattern)}\`${failed}`
  return `${name}${failed}`
}

function truncateOutput(text: string): string {
  const { head, tail, omittedLines } = truncate(text, TERMINAL_LIMITS)
  return omittedLines === 0 ? head : `${head}\n… ${omittedLines} lines left out …${tail && `\n${tail}`}`
}

/** A fence longer than any in the text, so that the text cannot close it. */
function fence(text: string, language: string): string {
  const longest = (text.match(/`{3,}/g) ?? []).reduce((most, run) => Math.max(most, run.length), 2)
  const ticks = "`".repeat(longest + 1)
  return `${ticks}${language}\n${text.endsWith("\n") ? text.slice(0, -1) : text}\n${ticks}`
}

/**
 * Closes fences and HTML blocks that are left open, since they would swallow all that follows. A fence is closed by
 * one of the same character, at least as long, with nothing after it (CommonMark 0.31, 4.5); HTML blocks of kinds 1 to
 * 5 are closed by a marker of their own (4.6).
 */
function closeOpenBlocks(text: string): string {
  if (!/```|~~~|<[a-z!?]/i.test(text)) return text
  let open = ""
  let html: (typeof HTML_BLOCKS)[number] | undefined
  for (const line of text.split("\n")) {
    if (html) {
      if (html.ends.test(line)) html = undefined
      continue
    }
    const [, run = "", rest = ""] = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line) ?? []
    if (run === "") {
      if (open === "") html = HTML_BLOCKS.find(({ begins, ends }) => begins.test(line) && !ends.test(line))
    } else if (open === "") open = run.startsWith("`") && rest.includes("`") ? "" : run
    else if (run[0] === open[0] && run.length >= open.length && rest.trim() === "") open = ""
  }
  const end = html?.end ?? open
  return end === "" ? text : `${text}\n${end}`
}

const HTML_BLOCKS = [
  ...["pre", "script", "style", "textarea"].map((name) => ({
    begins: new RegExp(`^ {0,3}<${name}(?:[\\s>]|$)`, "i"),
    ends: new RegExp(`</${name}>`, "i"),
    end: `</${name}>`,
  })),
  { begins: /^ {0,3}<!--/, ends: /-->/, end: "-->" },
  { begins: /^ {0,3}<\?/, ends: /\?>/, end: "?>" },
  { begins: /^ {0,3}<!\[CDATA\[/, ends: /\]\]>/, end: "]]>" },
  { begins: /^ {0,3}<![a-z]/i, ends: />/, end: ">" },
]

const quote = (text: string) => text.trim().replace(/^/gm, "> ")

const stripAnsi = (text: string) =>
  text.replace(/\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g, "")

const oneLine = (text: string) => text.replace(/\s+/g, " ").trim()
