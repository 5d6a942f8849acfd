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
import { fieldBlocks, longTexts, MAX_DIAGNOSTICS_BYTES, shownAttachments, shownFiles } from "../items/step-blocks.ts"
import type { ToolCallOf } from "../items/step-context.ts"
import { shownQuestions, shownTodos } from "../items/step-rows.ts"
import { boundedJson, promptText } from "../message-fragment.ts"
import { categoryOf, hasFailed } from "../tool-category.ts"

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
    return sumSizes([item, size(200 + textBytes(title + text), 4)])
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
        size(130 + textBytes(clip(part.agent + part.description, 400)) + textBytes(clip(part.prompt, 4_000)), 3),
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
  const { call } = part
  const act = categoryOf(part)
  const isFolded = call.kind === "read" || call.kind === "task" || call.kind === "websearch"
  // If many files are patched, only some are named.
  const all = longTexts(part)
  const shown = call.kind === "apply_patch" && all.length > 1 ? all.slice(0, shownFiles(call.files).length) : all
  const texts = shown.map(([text, limits]) => (text === "" ? size(0, 0) : estimateTruncated(text, limits, isFolded)))
  const name = textBytes(nameOfCall(part))
  const more: MessageSize[] = []
  // Read-only steps count part of their collapsed run; others may be named in the summary line.
  if (act === "read" || act === "search" || act === "list") more.push(size(220, 5))
  if (act === "edit" || hasFailed(part)) more.push(size(140 + part.id.length + name, 4))
  return sumSizes([
    size(280 + name, 8),
    ...more,
    ...texts,
    estimateRows(part),
    ...shownAttachments(part).map(estimateFile),
  ])
}

/** Object named in a call's row, truncated as shown. */
function nameOfCall(part: ToolPart): string {
  const { call } = part
  switch (call.kind) {
    case "bash":
      return clip(call.command.trimStart().split("\n", 1)[0]!, 400)
    case "search":
      return clip(`${call.pattern} in ${call.path} (${call.include})`, 400)
    case "read":
    case "write":
    case "edit":
      return clip(call.path, 700)
    case "apply_patch":
      return clip(call.files[0]?.path ?? "", 700)
    case "task":
      return clip(`${call.description} to ${call.agent}`, 400)
    case "webfetch":
      return clip(call.url, 400)
    case "websearch":
      return clip(call.query, 400)
    case "question":
      return clip(call.questions[0]?.question ?? "", 400)
    case "skill":
      return clip(call.name, 400)
    case "execute":
      return "a program"
    case "invalid":
      return clip(call.tool, 400)
    case "todowrite":
      return ""
    case "generic":
      return clip(part.tool, 400)
  }
}

/** Lists in a step, a few elements per row. */
function estimateRows({ call, input }: ToolPart): MessageSize {
  switch (call.kind) {
    case "bash":
      return size(textBytes(clip(call.description, 400)) + 60, 2)
    case "todowrite":
      return sumSizes(shownTodos(call).map(({ content }) => size(100 + textBytes(clip(content, 500)), 3)))
    case "question":
      return sumSizes(
        shownQuestions(call).flatMap(({ question, options, own }) => [
          size(200 + textBytes(clip(question, 1_000)), 6),
          ...options.map((option) => size(120 + textBytes(clip(option.label, 200) + clip(option.description, 300)), 4)),
          ...own.map((answer) => size(100 + textBytes(clip(answer, 1_000)), 3)),
        ]),
      )
    case "webfetch":
      return size(160 + addressBytes(call.url) + textBytes(clip(call.url, 400)), 2)
    case "task":
      return size(300 + textBytes(clip(call.description, 400)), 4)
    case "write":
      return size(call.diagnostics.length > 0 ? MAX_DIAGNOSTICS_BYTES : 0, 1)
    case "edit":
      return sumSizes([
        size(call.diagnostics.length > 0 ? MAX_DIAGNOSTICS_BYTES : 0, 1),
        size(textBytes(clip(call.path, 300)), 0),
        ...(call.patch === "" ? [estimateChanges(call)] : []),
      ])
    case "apply_patch":
      return sumSizes([
        size(call.diagnostics.length > 0 ? MAX_DIAGNOSTICS_BYTES : 0, 1),
        ...shownFiles(call.files).map((file) =>
          size(textBytes(clip(file.path, 300) + clip(file.movedTo ?? "", 300)), 0),
        ),
      ])
    case "execute":
      return sumSizes(call.calls.map(({ tool }) => size(60 + textBytes(clip(tool, 400)), 2)))
    case "generic":
      return sumSizes(
        fieldBlocks(input).flatMap((block) =>
          block.type === "fields" ? block.rows.map(({ name, value }) => size(50 + textBytes(name + value), 3)) : [],
        ),
      )
    default:
      return size(0, 0)
  }
}

/** Changes without patches: at most all lines before and after. */
function estimateChanges({ changes, path }: ToolCallOf<"edit">): MessageSize {
  const shown = changes.slice(0, 20)
  const lines = shown.flatMap(({ before, after }) => [
    ...withSign("-", before.slice(0, PATCH_LIMITS.bytes)),
    ...withSign("+", after.slice(0, PATCH_LIMITS.bytes)),
  ])
  const figure = size(WRAPPER_SIZES.patch.bytes + textBytes(clip(path, 300)), WRAPPER_SIZES.patch.elements)
  return sumSizes([...shown.map(() => figure), estimateTruncated(lines.join("\n"), PATCH_LIMITS)])
}

const withSign = (sign: string, text: string) => text.split("\n").map((line) => sign + line)
