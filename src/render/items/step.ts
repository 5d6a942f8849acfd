import type { ToolPart } from "../../session/model.ts"
import { formatCount, formatDuration } from "../format.ts"
import { clip, cut, PROSE, SEARCH, TASK } from "../html/cut.ts"
import { safeUrl } from "../html/safe-url.ts"
import { renderMarkdown } from "../markdown/markdown.ts"
import { categoryOf } from "../tool-category.ts"
import type { StepBlock, StepView } from "../view.ts"
import { attachments, fields, output, printed, terminal } from "./step-blocks.ts"
import { type Drawn, ending, type Kind, type StepContext, shorten } from "./step-context.ts"
import { edit, patch, read, write } from "./step-files.ts"
import { questionsShown, todosShown } from "./step-rows.ts"

/** A tool call as a row that opens: what was done, to what, how it ended, how long it took. */
export async function stepOf(part: ToolPart, context: StepContext): Promise<StepView> {
  const took = part.start !== undefined && part.end !== undefined ? part.end - part.start : undefined
  const base = {
    act: categoryOf(part),
    folder: "",
    object: "",
    mono: true,
    open: false,
    node: "other" as const,
    duration: formatDuration(took),
    took: Math.max(0, took ?? 0),
    slow: (took ?? 0) >= 10_000,
  }
  const drawn = await draw(part, context)
  if (part.call.kind !== "read" && part.call.kind !== "generic") drawn.blocks.push(...attachments(part))
  const step: StepView = { ...base, ...ending(part), ...drawn }
  step.object = clip(step.object, 400)
  step.folder = clip(step.folder, 300)
  if (part.status === "error" && drawn.tone !== "plain") {
    step.blocks = [...step.blocks, ...output(part.error, "bad")]
    step.tone = "bad"
    step.node = "failed"
    step.open = true
  }
  return step
}

async function draw(part: ToolPart, context: StepContext): Promise<Drawn> {
  const { call } = part
  switch (call.kind) {
    case "bash":
      return bash(part, call)
    case "read":
      return read(part, call, context)
    case "write":
      return write(part, call, context)
    case "edit":
      return edit(part, call, context)
    case "apply_patch":
      return patch(part, call, context)
    case "search":
      return search(part, call, context)
    case "todowrite":
      return todos(call)
    case "task":
      return task(part, call, context)
    case "question":
      return question(part, call)
    case "webfetch":
    case "websearch":
      return web(part, call, context)
    case "skill":
      return { verb: "Skill", object: call.name, blocks: output(part.output), node: "looked" }
    case "invalid":
      return {
        verb: "Invalid",
        object: call.tool,
        outcome: "no such call",
        tone: "bad",
        node: "failed",
        blocks: output(call.reason, "bad"),
      }
    case "generic":
      return {
        verb: "Called",
        object: part.tool,
        blocks: [...fields(part.input), ...attachments(part), ...output(part.output)],
      }
  }
}

function bash({ output, status }: ToolPart, { command, description, exit, ending, truncated }: Kind<"bash">): Drawn {
  const blocks: StepBlock[] = []
  if (description) blocks.push({ type: "caption", text: clip(description, 400) })
  blocks.push(...terminal(command, printed(output)))
  if (truncated) blocks.push({ type: "caption", text: "OpenCode kept only a part of this output." })
  const drawn = { verb: "Ran", object: command.trimStart().split("\n", 1)[0]!, blocks }
  if (ending === "timed-out") return { ...drawn, outcome: "timed out", tone: "bad", node: "failed", open: true }
  if (ending === "aborted") return { ...drawn, outcome: "stopped", tone: "bad", node: "failed", open: true }
  if (status !== "completed" || exit === undefined || exit === null) return drawn
  return exit === 0
    ? { ...drawn, outcome: "exit 0", tone: "ok", node: "passed" }
    : { ...drawn, outcome: `exit ${exit}`, tone: "bad", node: "failed", open: true }
}

function search(
  part: ToolPart,
  { by, pattern, path, include, count: hits }: Kind<"search">,
  context: StepContext,
): Drawn {
  const where = [path && `in ${shorten(path, context)}`, include && `(${include})`].filter(Boolean).join(" ")
  const found = (n: number) => (by === "grep" ? formatCount(n, "match", "matches") : formatCount(n, "file"))
  return {
    verb: by === "list" ? "Listed" : "Searched",
    object: pattern ? [pattern, where].filter(Boolean).join(" ") : shorten(path, context) || ".",
    outcome: hits === undefined ? ending(part).outcome : found(hits),
    node: "looked",
    blocks: output(part.output),
  }
}

const todoWords: Record<string, string> = {
  completed: "done",
  in_progress: "in progress",
  cancelled: "dropped",
  pending: "open",
}

function todos(call: Kind<"todowrite">): Drawn {
  const { todos } = call
  const done = todos.filter(({ status }) => status === "completed").length
  const shown = todosShown(call).map(({ content, status }) => ({
    content: clip(content, 500),
    status,
    word: todoWords[status] ?? clip(status, 40),
  }))
  const more: StepBlock[] =
    shown.length < todos.length ? [{ type: "caption", text: `and ${todos.length - shown.length} more` }] : []
  return {
    verb: "Planned",
    object: `${done} of ${formatCount(todos.length, "task")} done`,
    mono: false,
    open: true,
    blocks: [{ type: "todos", todos: shown }, ...more],
  }
}

async function task(
  part: ToolPart,
  { description, prompt, agent, sessionID, result }: Kind<"task">,
  context: StepContext,
): Promise<Drawn> {
  const href = sessionID === undefined ? undefined : context.childPage(sessionID)
  const blocks: StepBlock[] = []
  const asked = cut(prompt, TASK)
  if (prompt) blocks.push({ type: "prose", tone: "asked", body: await renderMarkdown(asked.head, context.folded) })
  if (asked.whole) blocks.push({ type: "link", href: asked.whole.path, label: "the whole task" })
  const shown = cut(result, PROSE)
  if (result) blocks.push({ type: "prose", tone: "answered", body: await renderMarkdown(shown.head, context.budget) })
  if (shown.whole) blocks.push({ type: "link", href: shown.whole.path, label: "the whole answer" })
  if (href)
    blocks.push({
      type: "card",
      href,
      title: clip(description, 400) || "The subagent's session",
      text: "Read its whole conversation",
    })
  return {
    verb: "Delegated",
    object: [description, agent && `@${agent}`].filter(Boolean).join(" · "),
    mono: false,
    outcome: part.status === "completed" ? "answered" : ending(part).outcome,
    open: true,
    blocks,
  }
}

function question(part: ToolPart, call: Kind<"question">): Drawn {
  const { questions, dismissed } = call
  const views = questionsShown(call).map(({ question, options, answers, own }) => ({
    question: clip(question, 1_000),
    options: options.map(({ label, description }) => ({
      label: clip(label, 200),
      description: clip(description, 300),
      chosen: answers.includes(label),
    })),
    own: own.map((answer) => clip(answer, 1_000)),
    state: dismissed ? "dismissed" : answers.length === 0 ? "not answered" : "",
  }))
  const answered = part.status === "completed" ? "answered" : ending(part).outcome
  return {
    verb: "Asked",
    object: questions[0]?.question ?? "",
    mono: false,
    outcome: dismissed ? "dismissed" : answered,
    ...(dismissed && { tone: "plain" as const }),
    open: true,
    blocks: [{ type: "questions", questions: views }],
  }
}

async function web(part: ToolPart, call: Kind<"webfetch"> | Kind<"websearch">, context: StepContext): Promise<Drawn> {
  if (call.kind === "websearch") {
    // What a search engine answers is lines of text with addresses, which prose makes links of.
    const { head, whole } = cut(part.output, SEARCH)
    const body = await renderMarkdown(head, context.folded, { breaks: true })
    const found: StepBlock[] = head.trim() === "" ? [] : [{ type: "prose", tone: "answered", body }]
    if (whole) found.push({ type: "link", href: whole.path, label: "the whole answer" })
    return { verb: "Searched", object: call.query, mono: false, node: "looked", blocks: found }
  }
  const href = safeUrl(call.url)
  const link: StepBlock[] = href ? [{ type: "link", href, label: clip(call.url, 400) }] : []
  return { verb: "Fetched", object: call.url, node: "looked", blocks: [...link, ...output(part.output)] }
}
