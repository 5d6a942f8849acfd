import type { ToolPart } from "../../session/model.ts"
import { formatCount } from "../format.ts"
import type { HighlightBudget } from "../highlight/highlight.ts"
import { safeUrl } from "../html/safe-url.ts"
import { clip, excerpt, takeFitting, VALUE_LIMITS } from "../html/truncate.ts"
import { renderProse } from "../markdown/markdown.ts"
import { shortJson } from "../message-text.ts"
import type { PathContext } from "../tools/tool.ts"
import type { DiffContent, Question, Todo, ToolBlock } from "../tools/tool-block.ts"
import type { QuestionView, StepBlock } from "../view.ts"
import { changeBlocks, codeBlock, diffBlock } from "./code-block.ts"
import {
  attachmentBlocks,
  diagnosticBlocks,
  fieldBlocks,
  MAX_ROWS_BYTES,
  outputBlocks,
  PROSE_KINDS,
  patchLimits,
  shownFiles,
  terminalBlocks,
} from "./step-blocks.ts"

/** Context of a step within the share. */
export interface BlockContext extends PathContext {
  budget: HighlightBudget
  /** File name of a child session's page, by the session's id. */
  childPage: (sessionID: string) => string | undefined
}

/** Views of a step's blocks. The full text of what they cut is a file of the share. */
export async function renderBlocks(
  blocks: readonly ToolBlock[],
  part: ToolPart,
  context: BlockContext,
): Promise<StepBlock[]> {
  const views: StepBlock[] = []
  for (const block of blocks) views.push(...(await renderBlock(block, part, context)))
  return views
}

async function renderBlock(block: ToolBlock, part: ToolPart, context: BlockContext): Promise<StepBlock[]> {
  switch (block.type) {
    case "caption":
      return [{ type: "caption", text: clip(block.text, 400) }]
    case "output":
      return outputBlocks(block.text, block.tone)
    case "terminal":
      return terminalBlocks(block.command, block.output)
    case "code":
      return [await codeBlock(block.text, block.path, context.budget, block.first)]
    case "diffs":
      return diffBlocks(block.files, context)
    case "replacements":
      return (await changeBlocks(clip(block.path, 300), block.changes.slice(0, 20), block.note, context.budget)).map(
        (diff) => ({ ...diff, path: "" }),
      )
    case "prose":
      return proseBlocks(block, context)
    case "todos":
      return todoBlocks(block.todos)
    case "questions":
      return [{ type: "questions", questions: questionViews(block) }]
    case "calls":
      return callBlocks(block.calls)
    case "fields":
      return fieldBlocks(block.value)
    case "diagnostics":
      return diagnosticBlocks(block, context)
    case "attachments":
      return attachmentBlocks(part)
    case "subagent": {
      const href = context.childPage(block.sessionID)
      const title = clip(block.title, 400) || "The subagent's session"
      return href ? [{ type: "card", href, title, text: "Read its whole conversation" }] : []
    }
    case "address": {
      const href = safeUrl(block.url)
      return href ? [{ type: "link", target: href, label: clip(block.url, 400) }] : []
    }
  }
}

async function diffBlocks(files: readonly DiffContent[], context: BlockContext): Promise<StepBlock[]> {
  const limits = patchLimits(files)
  const shown = shownFiles(files)
  const blocks: StepBlock[] = []
  for (const [i, file] of shown.entries()) {
    const block = await diffBlock(file, clip(file.note, 300), context.budget, limits[i])
    blocks.push({ ...block, path: clip(file.label, 300) })
  }
  const more = files.length - shown.length
  return more > 0
    ? [...blocks, { type: "caption", text: `and ${formatCount(more, "more file", "more files")}` }]
    : blocks
}

async function proseBlocks(
  { text, tone, kind }: Extract<ToolBlock, { type: "prose" }>,
  context: BlockContext,
): Promise<StepBlock[]> {
  if (text.trim() === "") return []
  // Search results are lines of text with URLs, which Markdown turns into links.
  const body = await renderProse(text, PROSE_KINDS[kind], context.budget, { breaks: kind === "search" })
  return [{ type: "prose", tone, body }]
}

/** Tools that a program called: name, outcome and arguments of each. */
function callBlocks(calls: Extract<ToolBlock, { type: "calls" }>["calls"]): StepBlock[] {
  const rows = calls.slice(0, 100).map(({ tool, status, input }) => ({
    name: clip(tool, 200),
    value: clip([status, input === undefined ? "" : shortJson(input)].filter(Boolean).join(" · "), 400),
  }))
  const shown = takeFitting(rows, MAX_ROWS_BYTES, ({ name, value }) => name + value)
  const more = calls.length - shown.length
  const list: StepBlock = { type: "fields", rows: shown }
  return more > 0 ? [list, { type: "caption", text: `and ${formatCount(more, "more call", "more calls")}` }] : [list]
}

const TODO_LABELS: Record<string, string> = {
  completed: "done",
  in_progress: "in progress",
  cancelled: "dropped",
  pending: "open",
}

/** Lists in steps are bounded, so that no single step is larger than a page. */
const shownTodos = (todos: readonly Todo[]): Todo[] =>
  takeFitting(todos.slice(0, 200), MAX_ROWS_BYTES, ({ content, status }) => clip(content, 500) + clip(status, 40))

function todoBlocks(todos: readonly Todo[]): StepBlock[] {
  const shown = shownTodos(todos).map(({ content, status }) => ({
    content: clip(content, 500),
    status,
    word: TODO_LABELS[status] ?? clip(status, 40),
  }))
  const list: StepBlock = { type: "todos", todos: shown }
  const more = todos.length - shown.length
  return more > 0 ? [list, { type: "caption", text: `and ${more} more` }] : [list]
}

/** The shown part of a question. */
type ShownQuestion = Pick<Question, "question" | "options" | "answers"> & {
  /** Answers other than the offered options. */
  own: string[]
}

const shownQuestions = (questions: readonly Question[]): ShownQuestion[] =>
  questions.slice(0, 10).map(({ question, options, answers }) => {
    const labels = new Set(options.map(({ label }) => label))
    const own = answers.filter((answer) => !labels.has(answer))
    return {
      question,
      answers,
      options: takeFitting(options.slice(0, 40), 3_000, optionText),
      own: takeFitting(
        own.slice(0, 10).map((answer) => excerpt(answer, VALUE_LIMITS)),
        10_000,
        (answer) => answer,
      ),
    }
  })

const optionText = ({ label, description }: Question["options"][number]) => clip(label, 200) + clip(description, 300)

const questionViews = ({ questions, isDismissed }: Extract<ToolBlock, { type: "questions" }>): QuestionView[] =>
  shownQuestions(questions).map(({ question, options, answers, own }) => ({
    question: excerpt(question, VALUE_LIMITS),
    options: options.map(({ label, description }) => ({
      label: clip(label, 200),
      description: clip(description, 300),
      chosen: answers.includes(label),
    })),
    own,
    state: isDismissed ? "dismissed" : answers.length === 0 ? "not answered" : "",
  }))
