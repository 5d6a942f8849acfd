import type { ToolCall, ToolPart } from "../session/model.ts"
import { clip, cut, PROSE } from "./cut.ts"
import type { Budget } from "./highlight.ts"
import { renderMarkdown, safeUrl } from "./markdown.ts"
import {
  attachments,
  changed,
  code,
  diagnostics,
  diff,
  entriesOf,
  fields,
  hasPatches,
  output,
  patchBounds,
  printed,
  terminal,
} from "./step-blocks.ts"
import { type Block, count, formatDuration, type Step } from "./view.ts"

/** What a step needs to know of the share around it. */
export interface StepContext {
  /** How much code may still be coloured of what is seen without opening anything, and of what is folded. */
  budget: Budget
  folded: Budget
  /** The folder the session worked in: paths are shown below it. */
  directory: string
  /** The page of a child session, by its id. */
  childPage: (sessionID: string) => string | undefined
}

type Kind<K extends ToolCall["kind"]> = Extract<ToolCall, { kind: K }>
type Drawn = Partial<Step> & { verb: string; blocks: Block[] }

/** A tool call as a row that opens: what was done, to what, how it ended, how long it took. */
export async function stepOf(part: ToolPart, context: StepContext): Promise<Step> {
  const took = part.start !== undefined && part.end !== undefined ? part.end - part.start : undefined
  const base = {
    folder: "",
    object: "",
    mono: true,
    open: false,
    node: "other" as const,
    duration: formatDuration(took),
    slow: (took ?? 0) >= 10_000,
  }
  const drawn = await draw(part, context)
  if (part.call.kind !== "read" && part.call.kind !== "generic") drawn.blocks.push(...attachments(part))
  const step: Step = { ...base, ...ending(part), ...drawn }
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

function ending({ status, error }: ToolPart): Pick<Step, "outcome" | "tone"> {
  if (status === "pending") return { outcome: "waiting", tone: "waiting" }
  if (status === "running") return { outcome: "still running", tone: "waiting" }
  if (status === "completed") return { outcome: "", tone: "plain" }
  const denied = /rejected permission|permission.*denied|user has specified a rule/i.test(error)
  return { outcome: denied ? "not allowed" : /abort/i.test(error) ? "stopped" : "failed", tone: "bad" }
}

async function draw(part: ToolPart, context: StepContext): Promise<Drawn> {
  const { call } = part
  switch (call.kind) {
    case "bash":
      return bash(part, call)
    case "read":
      return read(part, call, context)
    case "write":
      return {
        verb: call.existed ? "Overwrote" : "Wrote",
        ...located(call.path, context),
        ...(part.status === "completed" && { outcome: linesOf(call.content) }),
        node: "changed",
        open: part.status === "completed",
        blocks: [await code(call.content, call.path, context.budget, 1), ...diagnostics(call.diagnostics)],
      }
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
      return web(part, call)
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
  const blocks: Block[] = []
  if (description) blocks.push({ type: "caption", text: description })
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

async function read(part: ToolPart, { path, content }: Kind<"read">, context: StepContext): Promise<Drawn> {
  const drawn = { verb: "Read", ...located(path, context), node: "looked" as const }
  if (content.type === "file") {
    const lines = content.text === "" ? 0 : content.text.split("\n").length
    const all = content.totalLines ?? lines
    const outcome =
      lines < all ? `lines ${content.firstLine} to ${content.firstLine + lines - 1} of ${all}` : count(lines, "line")
    return { ...drawn, outcome, blocks: [await code(content.text, path, context.folded, content.firstLine)] }
  }
  if (content.type === "directory")
    return {
      ...drawn,
      outcome: count(content.entries.length, "entry", "entries"),
      blocks: output(entriesOf(content)),
    }
  const images = attachments(part)
  const isImage = part.attachments.some(({ mime }) => mime.startsWith("image/"))
  return {
    ...drawn,
    ...(part.status === "completed" && isImage && { outcome: "image" }),
    blocks: images.length > 0 ? images : output(part.output),
  }
}

async function edit(part: ToolPart, call: Kind<"edit">, context: StepContext): Promise<Drawn> {
  const { path, changes, patch, additions, deletions } = call
  const done = part.status === "completed"
  const short = clip(shorten(path, context), 300)
  const note = part.status === "error" ? "not applied" : ""
  const made = { path: short, patch, additions: additions ?? 0, deletions: deletions ?? 0 }
  const blocks = patch ? [await diff(made, note, context.budget)] : []
  if (!patch)
    for (const { before, after } of changes.slice(0, 20))
      blocks.push(await changed(short, before, after, note, context.budget))
  return {
    verb: "Edited",
    ...located(path, context),
    ...(done && { lines: sum(blocks) }),
    node: "changed",
    open: done,
    blocks: [...blocks, ...diagnostics(call.diagnostics)],
  }
}

async function patch(
  part: ToolPart,
  { files, patchText, diagnostics: found }: Kind<"apply_patch">,
  context: StepContext,
): Promise<Drawn> {
  const words = { add: "new file", update: "", delete: "deleted", move: "moved" }
  const blocks: Block[] = []
  const bounds = patchBounds(files)
  if (!hasPatches(files)) blocks.push(...output(patchText))
  else
    for (const [i, file] of files.slice(0, 200).entries()) {
      const note =
        file.change === "move" && file.movedTo ? `moved to ${shorten(file.movedTo, context)}` : words[file.change]
      blocks.push(
        await diff(
          { ...file, path: clip(shorten(file.path, context), 300) },
          clip(note, 300),
          context.budget,
          bounds[i],
        ),
      )
    }
  const [only] = files
  return {
    verb: "Patched",
    ...(only && files.length === 1
      ? located(only.path, context)
      : { object: files.length === 0 ? "a patch" : count(files.length, "file"), mono: false }),
    ...(part.status === "completed" && { lines: sum(files) }),
    node: "changed",
    open: part.status === "completed",
    blocks: [...blocks, ...diagnostics(found)],
  }
}

function sum(changes: { additions: number; deletions: number }[]): { additions: number; deletions: number } {
  const all = { additions: 0, deletions: 0 }
  for (const { additions, deletions } of changes) {
    all.additions += additions
    all.deletions += deletions
  }
  return all
}

function search(
  part: ToolPart,
  { by, pattern, path, include, count: hits }: Kind<"search">,
  context: StepContext,
): Drawn {
  const where = [path && `in ${shorten(path, context)}`, include && `(${include})`].filter(Boolean).join(" ")
  const found = (n: number) => (by === "grep" ? count(n, "match", "matches") : count(n, "file"))
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

function todos({ todos }: Kind<"todowrite">): Drawn {
  const done = todos.filter(({ status }) => status === "completed").length
  const shown = todos.slice(0, 200).map(({ content, status }) => ({
    content: clip(content, 500),
    status,
    word: todoWords[status] ?? clip(status, 40),
  }))
  return {
    verb: "Planned",
    object: `${done} of ${count(todos.length, "task")} done`,
    mono: false,
    open: true,
    blocks: [{ type: "todos", todos: shown }],
  }
}

async function task(
  part: ToolPart,
  { description, prompt, agent, sessionID, result }: Kind<"task">,
  context: StepContext,
): Promise<Drawn> {
  const href = sessionID === undefined ? undefined : context.childPage(sessionID)
  const blocks = output(prompt)
  const shown = cut(result, PROSE)
  if (result) blocks.push({ type: "prose", body: await renderMarkdown(shown.head, context.budget) })
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
    object: [description, agent && `to ${agent}`].filter(Boolean).join(" "),
    mono: false,
    outcome: part.status === "completed" ? "answered" : ending(part).outcome,
    open: true,
    blocks,
  }
}

function question(part: ToolPart, { questions, dismissed }: Kind<"question">): Drawn {
  const views = questions.slice(0, 10).map(({ question, options, answers }) => ({
    question: clip(question, 1_000),
    options: options.slice(0, 50).map(({ label, description }) => ({
      label: clip(label, 200),
      description: clip(description, 300),
      chosen: answers.includes(label),
    })),
    own: answers
      .filter((answer) => !options.some(({ label }) => label === answer))
      .slice(0, 50)
      .map((answer) => clip(answer, 1_000)),
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

function web(part: ToolPart, call: Kind<"webfetch"> | Kind<"websearch">): Drawn {
  const target = call.kind === "webfetch" ? call.url : call.query
  const href = call.kind === "webfetch" ? safeUrl(call.url) : undefined
  const blocks: Block[] = href ? [{ type: "link", href, label: clip(target, 400) }] : []
  return {
    verb: call.kind === "webfetch" ? "Fetched" : "Searched",
    object: target,
    node: "looked",
    blocks: [...blocks, ...output(part.output)],
  }
}

function linesOf(content: string): string {
  const lines = content.split("\n").length - (content.endsWith("\n") ? 1 : 0)
  return content === "" ? "empty" : count(lines, "line")
}

function located(path: string, context: StepContext): { folder: string; object: string } {
  const short = shorten(path, context)
  const slash = Math.max(short.lastIndexOf("/", short.length - 2), short.lastIndexOf("\\", short.length - 2)) + 1
  return { folder: short.slice(0, slash), object: short.slice(slash) }
}

/** A path as it is seen from the session's folder. */
function shorten(path: string, { directory }: Pick<StepContext, "directory">): string {
  if (directory === "" || !path.startsWith(directory)) return path
  const rest = path.slice(directory.length)
  if (rest === "") return "."
  return /^[/\\]/.test(rest) ? rest.slice(1) : path
}
