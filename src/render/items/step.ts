import type { ToolPart } from "../../session/model.ts"
import { formatCount, formatDuration } from "../format.ts"
import { safeUrl } from "../html/safe-url.ts"
import { clip } from "../html/truncate.ts"
import { renderProse } from "../markdown/markdown.ts"
import { PROSE_LIMITS, SEARCH_LIMITS, TASK_LIMITS } from "../markdown/prose-limits.ts"
import { categoryOf } from "../tool-category.ts"
import type { StepBlock, StepView } from "../view.ts"
import { attachmentBlocks, commandOutput, fieldBlocks, outputBlocks, terminalBlocks } from "./step-blocks.ts"
import { defaultOutcome, type StepContext, type StepDisplay, shortenPath, type ToolCallOf } from "./step-context.ts"
import { editStep, patchStep, readStep, writeStep } from "./step-files.ts"
import { shownQuestions, shownTodos } from "./step-rows.ts"

/** View of a tool call: action, object, outcome and duration, with blocks of details. */
export async function stepOf(part: ToolPart, context: StepContext): Promise<StepView> {
  const took = part.start !== undefined && part.end !== undefined ? part.end - part.start : undefined
  const base = {
    category: categoryOf(part),
    folder: "",
    object: "",
    mono: true,
    open: false,
    node: "other" as const,
    duration: formatDuration(took),
    took: Math.max(0, took ?? 0),
    slow: (took ?? 0) >= 10_000,
  }
  const display = await displayOf(part, context)
  if (part.call.kind !== "read" && part.call.kind !== "generic") display.blocks.push(...attachmentBlocks(part))
  const step: StepView = { ...base, ...defaultOutcome(part), ...display }
  step.object = clip(step.object, 400)
  step.folder = clip(step.folder, 300)
  if (part.status === "error" && display.tone !== "plain") {
    step.blocks = [...step.blocks, ...outputBlocks(part.error, "bad")]
    step.tone = "bad"
    step.node = "failed"
    step.open = true
  }
  return step
}

async function displayOf(part: ToolPart, context: StepContext): Promise<StepDisplay> {
  const { call } = part
  switch (call.kind) {
    case "bash":
      return bashStep(part, call)
    case "read":
      return readStep(part, call, context)
    case "write":
      return writeStep(part, call, context)
    case "edit":
      return editStep(part, call, context)
    case "apply_patch":
      return patchStep(part, call, context)
    case "search":
      return searchStep(part, call, context)
    case "todowrite":
      return todosStep(call)
    case "task":
      return taskStep(part, call, context)
    case "question":
      return questionStep(part, call)
    case "webfetch":
    case "websearch":
      return webStep(part, call, context)
    case "skill":
      return { verb: "Skill", object: call.name, blocks: outputBlocks(part.output), node: "looked" }
    case "invalid":
      return {
        verb: "Invalid",
        object: call.tool,
        outcome: "no such call",
        tone: "bad",
        node: "failed",
        blocks: outputBlocks(call.reason, "bad"),
      }
    case "generic":
      return {
        verb: "Called",
        object: part.tool,
        blocks: [...fieldBlocks(part.input), ...attachmentBlocks(part), ...outputBlocks(part.output)],
      }
  }
}

function bashStep(
  { output, status }: ToolPart,
  { command, description, exit, ending, truncated }: ToolCallOf<"bash">,
): StepDisplay {
  const blocks: StepBlock[] = []
  if (description) blocks.push({ type: "caption", text: clip(description, 400) })
  blocks.push(...terminalBlocks(command, commandOutput(output)))
  if (truncated) blocks.push({ type: "caption", text: "OpenCode kept only a part of this output." })
  const display = { verb: "Ran", object: command.trimStart().split("\n", 1)[0]!, blocks }
  if (ending === "timed-out") return { ...display, outcome: "timed out", tone: "bad", node: "failed", open: true }
  if (ending === "aborted") return { ...display, outcome: "stopped", tone: "bad", node: "failed", open: true }
  if (status !== "completed" || exit === undefined || exit === null) return display
  return exit === 0
    ? { ...display, outcome: "exit 0", tone: "ok", node: "passed" }
    : { ...display, outcome: `exit ${exit}`, tone: "bad", node: "failed", open: true }
}

function searchStep(
  part: ToolPart,
  { by, pattern, path, include, count: hits }: ToolCallOf<"search">,
  context: StepContext,
): StepDisplay {
  const where = [path && `in ${shortenPath(path, context)}`, include && `(${include})`].filter(Boolean).join(" ")
  const found = (n: number) => (by === "grep" ? formatCount(n, "match", "matches") : formatCount(n, "file"))
  return {
    verb: by === "list" ? "Listed" : "Searched",
    object: pattern ? [pattern, where].filter(Boolean).join(" ") : shortenPath(path, context) || ".",
    outcome: hits === undefined ? defaultOutcome(part).outcome : found(hits),
    node: "looked",
    blocks: outputBlocks(part.output),
  }
}

const TODO_LABELS: Record<string, string> = {
  completed: "done",
  in_progress: "in progress",
  cancelled: "dropped",
  pending: "open",
}

function todosStep(call: ToolCallOf<"todowrite">): StepDisplay {
  const { todos } = call
  const done = todos.filter(({ status }) => status === "completed").length
  const shown = shownTodos(call).map(({ content, status }) => ({
    content: clip(content, 500),
    status,
    word: TODO_LABELS[status] ?? clip(status, 40),
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

async function taskStep(
  part: ToolPart,
  { description, prompt, agent, sessionID, result }: ToolCallOf<"task">,
  context: StepContext,
): Promise<StepDisplay> {
  const href = sessionID === undefined ? undefined : context.childPage(sessionID)
  const blocks: StepBlock[] = []
  if (prompt)
    blocks.push({ type: "prose", tone: "asked", body: await renderProse(prompt, TASK_LIMITS, context.budget) })
  if (result)
    blocks.push({ type: "prose", tone: "answered", body: await renderProse(result, PROSE_LIMITS, context.budget) })
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
    outcome: part.status === "completed" ? "answered" : defaultOutcome(part).outcome,
    open: true,
    blocks,
  }
}

function questionStep(part: ToolPart, call: ToolCallOf<"question">): StepDisplay {
  const { questions, dismissed } = call
  const views = shownQuestions(call).map(({ question, options, answers, own }) => ({
    question: clip(question, 1_000),
    options: options.map(({ label, description }) => ({
      label: clip(label, 200),
      description: clip(description, 300),
      chosen: answers.includes(label),
    })),
    own: own.map((answer) => clip(answer, 1_000)),
    state: dismissed ? "dismissed" : answers.length === 0 ? "not answered" : "",
  }))
  const answered = part.status === "completed" ? "answered" : defaultOutcome(part).outcome
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

async function webStep(
  part: ToolPart,
  call: ToolCallOf<"webfetch"> | ToolCallOf<"websearch">,
  context: StepContext,
): Promise<StepDisplay> {
  if (call.kind === "websearch") {
    // Search results are lines of text with URLs, which Markdown turns into links.
    const body = await renderProse(part.output, SEARCH_LIMITS, context.budget, { breaks: true })
    const found: StepBlock[] = part.output.trim() === "" ? [] : [{ type: "prose", tone: "answered", body }]
    return { verb: "Searched", object: call.query, mono: false, node: "looked", blocks: found }
  }
  const href = safeUrl(call.url)
  const link: StepBlock[] = href ? [{ type: "link", target: href, label: clip(call.url, 400) }] : []
  return { verb: "Fetched", object: call.url, node: "looked", blocks: [...link, ...outputBlocks(part.output)] }
}
