import type { FilePart, Message, Part, ToolPart } from "../../session/model.ts"
import { safeUrl } from "../html/safe-url.ts"
import {
  estimateText,
  type PageSize,
  type TextKind,
  type TextSize,
  textBytes,
  withHighlighting,
} from "../html/size-estimate.ts"
import { clip, OUTPUT_LIMITS, PATCH_LIMITS, PROSE_LIMITS, type TruncationLimits, truncate } from "../html/truncate.ts"
import { rowOf } from "../items/event-items.ts"
import { fieldBlocks, longTextsOf, MAX_DIAGNOSTICS_BYTES, shownAttachments, shownFiles } from "../items/step-blocks.ts"
import { shownQuestions, shownTodos } from "../items/tool-blocks.ts"
import { boundedJson, promptText } from "../message-fragment.ts"
import { toolCallOf } from "../tools/registry.ts"
import type { ToolBlock } from "../tools/tool-block.ts"

/** Estimated size of rendered content with all of its code highlighted. */
export interface MessageSize extends PageSize {
  /** Characters of visible and of folded code. */
  code: number
  foldedCode: number
}

const size = (bytes: number, elements: number): MessageSize => ({ bytes, elements, code: 0, foldedCode: 0 })

export const sumSizes = (loads: readonly MessageSize[]): MessageSize =>
  loads.reduce(
    (sum, { bytes, elements, code, foldedCode }) => ({
      bytes: sum.bytes + bytes,
      elements: sum.elements + elements,
      code: sum.code + code,
      foldedCode: sum.foldedCode + foldedCode,
    }),
    size(0, 0),
  )

const sizeOfText = (text: TextSize, isFolded = false): MessageSize => ({
  ...withHighlighting(text),
  code: isFolded ? 0 : text.code,
  foldedCode: isFolded ? text.code : 0,
})

// Wrapper elements as the components write them, with their bytes.
const WRAPPER_SIZES: Record<TextKind, MessageSize> = {
  plain: size(50, 1),
  code: size(90, 3),
  terminal: size(80, 2),
  patch: size(260, 8),
  prose: size(45, 1),
}
/** The note below a truncated text. */
const OMISSION_SIZE = size(180, 3)
/** An item's element and its time, which links to it. */
const itemSize = (id: string) => size(140 + 2 * id.length, 3)
/** The summary line that replaces tool calls in the conversation view. */
const SUMMARY_LINE_SIZE = size(280, 3)

/** Upper estimate of a message's size on a page, from the message alone, without rendering it. */
export const estimateMessage = (message: Message): MessageSize =>
  sumSizes([estimateFrame(message), ...message.parts.map((part) => estimatePart(part, message))])

/** Size of a message without its parts. */
export function estimateFrame(message: Message): MessageSize {
  const item = sumSizes([itemSize(message.id), SUMMARY_LINE_SIZE])
  if (message.role === "malformed")
    return sumSizes([item, size(160 + textBytes(message.reason + boundedJson(message.raw)), 3)])
  if (message.role === "user") {
    const text = promptText(message)
    // The prompt's number, summary and outline entry.
    const prompt = size(600 + 2 * message.id.length + Math.min(textBytes(text.slice(0, 400)), 600), 17)
    return sumSizes([item, prompt, estimateProse(text)])
  }
  if (message.role === "event") {
    const { title = "", text = "" } = rowOf(message) ?? {}
    const skill = message.event.kind === "skill" ? estimateTruncated(message.event.text, OUTPUT_LIMITS) : size(0, 0)
    return sumSizes([item, skill, size(400 + textBytes(title + text), 8)])
  }
  const { model, agent, error, finish, parts } = message
  const meta = size(160 + message.id.length + textBytes(clip(model ?? "", 100) + clip(agent ?? "", 100)), 2)
  if (message.compaction) return sumSizes([item, size(100, 3), estimateProse(joined(parts))])
  if (!error && finish !== "length") return meta
  const said = error ? clip(error.name, 200) + clip(error.message, 4_000) : ""
  return sumSizes([meta, item, size(200 + textBytes(said), 4)])
}

const joined = (parts: readonly Part[]) => parts.flatMap((part) => (part.type === "text" ? part.text : [])).join("\n\n")

const estimateProse = (text: string): MessageSize => (text === "" ? size(0, 0) : estimateTruncated(text, PROSE_LIMITS))

/** Shown part of a text, with its wrapper. */
function estimateTruncated(text: string, limits: TruncationLimits, isFolded = false): MessageSize {
  const { head, tail, omittedLines } = truncate(text, limits)
  const shown = [head, tail].filter(Boolean).map((text) => sizeOfText(estimateText(text, limits.kind), isFolded))
  return sumSizes([WRAPPER_SIZES[limits.kind], ...shown, ...(omittedLines > 0 ? [OMISSION_SIZE] : [])])
}

/** Size of a part. A user's own text counts to the frame of the message. */
export function estimatePart(part: Part, message: Message): MessageSize {
  const cached = partSizes.get(part)
  if (cached !== undefined) return cached
  const load = computePartSize(part, message)
  partSizes.set(part, load)
  return load
}

/** Cached: each part is estimated several times, and belongs to one message only. */
const partSizes = new WeakMap<Part, MessageSize>()

function computePartSize(part: Part, message: Message): MessageSize {
  const item = itemSize(part.id)
  if (message.role === "assistant" && message.compaction) return size(0, 0)
  switch (part.type) {
    case "text":
      if (message.role === "assistant") return sumSizes([item, SUMMARY_LINE_SIZE, estimateProse(part.text)])
      return part.synthetic ? sumSizes([size(70, 2), estimateTruncated(part.text, OUTPUT_LIMITS)]) : size(0, 0)
    case "reasoning":
      // Its first line is also in its row.
      return sumSizes([item, size(270 + textBytes(part.text.slice(0, 400)), 6), estimateProse(part.text)])
    case "compaction":
      return sumSizes([item, SUMMARY_LINE_SIZE, size(80, 1)])
    case "file":
      return sumSizes([item, SUMMARY_LINE_SIZE, size(60, 1), estimateFile(part)])
    case "subtask":
      return sumSizes([
        item,
        SUMMARY_LINE_SIZE,
        size(130 + textBytes(clip(part.agent, 100)), 4),
        estimateTruncated(part.prompt, OUTPUT_LIMITS),
      ])
    case "retry":
      return sumSizes([item, SUMMARY_LINE_SIZE, size(130 + textBytes(clip(part.error.message, 4_000)), 3)])
    case "unknown":
    case "malformed":
      return sumSizes([
        item,
        SUMMARY_LINE_SIZE,
        size(250 + textBytes(clip(part.kind, 100)) + textBytes(boundedJson(part.raw)), 3),
      ])
    case "tool":
      return sumSizes([item, estimateTool(part)])
    default:
      return size(0, 0)
  }
}

/** URL in an attribute, percent-encoded; those of stored files are short. */
const addressBytes = (url: string): number => (/^data:/i.test(url) ? 60 : textBytes(safeUrl(url) ?? ""))

function estimateFile({ filename, mime, url }: FilePart): MessageSize {
  return size(320 + 3 * textBytes(clip(filename, 200)) + textBytes(clip(mime, 100)) + addressBytes(url), 6)
}

function estimateTool(part: ToolPart): MessageSize {
  const call = toolCallOf(part)
  const { object = "", folder = "" } = call.row(NO_FOLDER)
  const name = textBytes(clip(folder, 300) + clip(object, 400))
  const more: MessageSize[] = part.status === "error" ? [estimateTruncated(part.error, OUTPUT_LIMITS)] : []
  // Read-only steps count part of their collapsed run; others may be named in the summary line.
  if (["read", "search", "list"].includes(call.category)) more.push(size(220, 5))
  if (call.category === "edit" || call.failure() !== undefined) more.push(size(140 + part.id.length + name, 4))
  return sumSizes([
    size(280 + name, 8),
    ...more,
    ...call.blocks(NO_FOLDER).map((block) => sumSizes([estimateTexts(block), estimateRows(block, part)])),
  ])
}

/** An estimate with the whole paths: none is longer when it is shown. */
const NO_FOLDER = { directory: "" }

function estimateTexts(block: ToolBlock): MessageSize {
  const all = longTextsOf(block)
  const isFolded =
    block.type === "code"
      ? block.isFolded
      : block.type === "prose" && (block.kind === "task" || block.kind === "search")
  // If many files are patched, only some are named.
  const shown = block.type === "diffs" ? all.slice(0, shownFiles(block.files).length) : all
  return sumSizes(shown.map(([text, limits]) => (text === "" ? size(0, 0) : estimateTruncated(text, limits, isFolded))))
}

/** Lists in a step, a few elements per row. */
function estimateRows(block: ToolBlock, part: ToolPart): MessageSize {
  switch (block.type) {
    case "caption":
      return size(textBytes(clip(block.text, 400)) + 60, 2)
    case "todos":
      return sumSizes(shownTodos(block.todos).map(({ content }) => size(100 + textBytes(clip(content, 500)), 3)))
    case "questions":
      return sumSizes(
        shownQuestions(block.questions).flatMap(({ question, options, own }) => [
          size(200 + textBytes(clip(question, 1_000)), 6),
          ...options.map((option) => size(120 + textBytes(clip(option.label, 200) + clip(option.description, 300)), 4)),
          ...own.map((answer) => size(100 + textBytes(clip(answer, 1_000)), 3)),
        ]),
      )
    case "address":
      return size(160 + addressBytes(block.url) + textBytes(clip(block.url, 400)), 2)
    case "subagent":
      return size(300 + textBytes(clip(block.title, 400)), 4)
    case "diagnostics":
      return size(MAX_DIAGNOSTICS_BYTES + 400, 4)
    case "replacements":
      return estimateChanges(block)
    case "diffs":
      return sumSizes(
        shownFiles(block.files).map(({ label, note }) => size(textBytes(clip(label, 300) + clip(note, 300)), 0)),
      )
    case "calls":
      return sumSizes(block.calls.slice(0, 100).map(({ tool }) => size(1400 + textBytes(clip(tool, 200)), 3)))
    case "fields":
      return sumSizes(
        fieldBlocks(block.value).flatMap((block) =>
          block.type === "fields" ? block.rows.map(({ name, value }) => size(50 + textBytes(name + value), 3)) : [],
        ),
      )
    case "attachments":
      return sumSizes(shownAttachments(part).map(estimateFile))
    default:
      return size(0, 0)
  }
}

/** Changes without patches: at most all lines before and after. */
function estimateChanges({ changes, path }: Extract<ToolBlock, { type: "replacements" }>): MessageSize {
  const shown = changes.slice(0, 20)
  const lines = shown.flatMap(({ before, after }) => [
    ...withSign("-", before.slice(0, PATCH_LIMITS.bytes)),
    ...withSign("+", after.slice(0, PATCH_LIMITS.bytes)),
  ])
  const figure = size(WRAPPER_SIZES.patch.bytes + textBytes(clip(path, 300)), WRAPPER_SIZES.patch.elements)
  return sumSizes([...shown.map(() => figure), estimateTruncated(lines.join("\n"), PATCH_LIMITS)])
}

const withSign = (sign: string, text: string) => text.split("\n").map((line) => sign + line)
