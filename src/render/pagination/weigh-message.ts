import type { FilePart, Message, Part, ToolPart } from "../../session/model.ts"
import { type Bounds, clip, cut, OUTPUT, PATCH, PROSE } from "../html/cut.ts"
import { safeUrl } from "../html/safe-url.ts"
import { coloured, type Kind as TextKind, type TextWeight, textBytes, type Weight, weighText } from "../html/weight.ts"
import { attachmentsShown, DIAGNOSTICS_BYTES, fields, filesShown, textsOf } from "../items/step-blocks.ts"
import type { Kind } from "../items/step-context.ts"
import { questionsShown, todosShown } from "../items/step-rows.ts"
import { boundedJson, promptText } from "../message-fragment.ts"
import { categoryOf, hasFailed } from "../tool-category.ts"

/** What something takes of a page when all of its code is coloured. */
export interface Load extends Weight {
  /** Characters of its code, of what is seen without opening anything, and of what is folded. */
  code: number
  folded: number
}

const load = (bytes: number, elements: number): Load => ({ bytes, elements, code: 0, folded: 0 })

export const sumOf = (loads: readonly Load[]): Load =>
  loads.reduce(
    (sum, { bytes, elements, code, folded }) => ({
      bytes: sum.bytes + bytes,
      elements: sum.elements + elements,
      code: sum.code + code,
      folded: sum.folded + folded,
    }),
    load(0, 0),
  )

const loadOf = (text: TextWeight, isFolded = false): Load => ({
  ...coloured(text),
  code: isFolded ? 0 : text.code,
  folded: isFolded ? text.code : 0,
})

// The elements around things, as the components write them, and the bytes of those.
const around: Record<TextKind, Load> = {
  plain: load(50, 1),
  code: load(90, 3),
  terminal: load(80, 2),
  patch: load(260, 8),
  prose: load(45, 1),
}
/** What is said of a text that is cut. */
const omission = load(180, 3)
/** An item's own element, and its time, which is a link to it. */
const itemOf = (id: string) => load(140 + 2 * id.length, 3)
/** What stands in the conversation for the work that follows upon something said. */
const sentence = load(280, 3)

/** What a message takes of a page at most: decided from the message alone, without drawing it. */
export const weighMessage = (message: Message): Load =>
  sumOf([weighFrame(message), ...message.parts.map((part) => weighPart(part, message))])

/** What a message takes apart from its parts. */
export function weighFrame(message: Message): Load {
  const item = sumOf([itemOf(message.id), sentence])
  if (message.role === "malformed")
    return sumOf([item, load(160 + textBytes(message.reason + boundedJson(message.raw)), 3)])
  if (message.role === "user") {
    const text = promptText(message)
    // The prompt's number, what came of it, and its entry in the outline.
    const prompt = load(600 + 2 * message.id.length + Math.min(textBytes(text.slice(0, 400)), 600), 17)
    return sumOf([item, prompt, weighProse(text)])
  }
  const { model, agent, error, finish, parts } = message
  const meta = load(160 + message.id.length + textBytes(clip(model ?? "", 100) + clip(agent ?? "", 100)), 2)
  if (message.compaction) return sumOf([item, load(100, 3), weighProse(joined(parts))])
  if (!error && finish !== "length") return meta
  const said = error ? clip(error.name, 200) + clip(error.message, 4_000) : ""
  return sumOf([meta, item, load(200 + textBytes(said), 4)])
}

const joined = (parts: readonly Part[]) => parts.flatMap((part) => (part.type === "text" ? part.text : [])).join("\n\n")

const weighProse = (text: string): Load => (text === "" ? load(0, 0) : weighCut(text, PROSE))

/** What is shown of a text, and the elements around it. */
function weighCut(text: string, bounds: Bounds, isFolded = false): Load {
  const { head, tail, omitted } = cut(text, bounds)
  const shown = [head, tail].filter(Boolean).map((text) => loadOf(weighText(text, bounds.kind), isFolded))
  return sumOf([around[bounds.kind], ...shown, ...(omitted > 0 ? [omission] : [])])
}

/** What a part takes of its message. The own text of a user's message counts to the message. */
export function weighPart(part: Part, message: Message): Load {
  const known = weighed.get(part)
  if (known !== undefined) return known
  const load = loadOfPart(part, message)
  weighed.set(part, load)
  return load
}

/** A part is asked for several times, and is in one message alone. */
const weighed = new WeakMap<Part, Load>()

function loadOfPart(part: Part, message: Message): Load {
  const item = itemOf(part.id)
  if (message.role === "assistant" && message.compaction) return load(0, 0)
  switch (part.type) {
    case "text":
      if (message.role === "assistant") return sumOf([item, sentence, weighProse(part.text)])
      return part.synthetic ? sumOf([load(70, 2), weighCut(part.text, OUTPUT)]) : load(0, 0)
    case "reasoning":
      // It begins in its row, too.
      return sumOf([item, load(270 + textBytes(part.text.slice(0, 400)), 6), weighProse(part.text)])
    case "compaction":
      return sumOf([item, sentence, load(80, 1)])
    case "file":
      return sumOf([item, sentence, load(60, 1), weighFile(part)])
    case "subtask":
      return sumOf([
        item,
        sentence,
        load(130 + textBytes(clip(part.agent + part.description, 400)) + textBytes(clip(part.prompt, 4_000)), 3),
      ])
    case "retry":
      return sumOf([item, sentence, load(130 + textBytes(clip(part.error.message, 4_000)), 3)])
    case "unknown":
    case "malformed":
      return sumOf([item, sentence, load(250 + textBytes(clip(part.kind, 100)) + textBytes(boundedJson(part.raw)), 3)])
    case "tool":
      return sumOf([item, weighTool(part)])
    default:
      return load(0, 0)
  }
}

/** A link's address in an attribute, percent-encoded; a stored file has a short one. */
const addressBytes = (url: string): number => (/^data:/i.test(url) ? 60 : textBytes(safeUrl(url) ?? ""))

function weighFile({ filename, mime, url }: FilePart): Load {
  return load(320 + 3 * textBytes(clip(filename, 200)) + textBytes(clip(mime, 100)) + addressBytes(url), 6)
}

function weighTool(part: ToolPart): Load {
  const { call } = part
  const act = categoryOf(part)
  const isFolded = call.kind === "read" || call.kind === "task" || call.kind === "websearch"
  // Of many patched files, only some are named.
  const all = textsOf(part)
  const shown = call.kind === "apply_patch" && all.length > 1 ? all.slice(0, filesShown(call.files).length) : all
  const texts = shown.map(([text, bounds]) => (text === "" ? load(0, 0) : weighCut(text, bounds, isFolded)))
  const name = textBytes(nameOf(part))
  const more: Load[] = []
  // Its share of the run of steps that only look around; else it may be named in the sentence that stands for it.
  if (act === "read" || act === "search" || act === "list") more.push(load(220, 5))
  if (act === "edit" || hasFailed(part)) more.push(load(140 + part.id.length + name, 4))
  return sumOf([load(280 + name, 8), ...more, ...texts, weighRows(part), ...attachmentsShown(part).map(weighFile)])
}

/** What the row of a call names, as far as it is shown. */
function nameOf(part: ToolPart): string {
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
    case "invalid":
      return clip(call.tool, 400)
    case "todowrite":
      return ""
    case "generic":
      return clip(part.tool, 400)
  }
}

/** What is shown row by row, each of a handful of elements. */
function weighRows({ call, input }: ToolPart): Load {
  switch (call.kind) {
    case "bash":
      return load(textBytes(clip(call.description, 400)) + 60, 2)
    case "todowrite":
      return sumOf(todosShown(call).map(({ content }) => load(100 + textBytes(clip(content, 500)), 3)))
    case "question":
      return sumOf(
        questionsShown(call).flatMap(({ question, options, own }) => [
          load(200 + textBytes(clip(question, 1_000)), 6),
          ...options.map((option) => load(120 + textBytes(clip(option.label, 200) + clip(option.description, 300)), 4)),
          ...own.map((answer) => load(100 + textBytes(clip(answer, 1_000)), 3)),
        ]),
      )
    case "webfetch":
      return load(160 + addressBytes(call.url) + textBytes(clip(call.url, 400)), 2)
    case "task":
      return load(300 + textBytes(clip(call.description, 400)), 4)
    case "write":
      return load(call.diagnostics.length > 0 ? DIAGNOSTICS_BYTES : 0, 1)
    case "edit":
      return sumOf([
        load(call.diagnostics.length > 0 ? DIAGNOSTICS_BYTES : 0, 1),
        load(textBytes(clip(call.path, 300)), 0),
        ...(call.patch === "" ? [weighChanges(call)] : []),
      ])
    case "apply_patch":
      return sumOf([
        load(call.diagnostics.length > 0 ? DIAGNOSTICS_BYTES : 0, 1),
        ...filesShown(call.files).map((file) =>
          load(textBytes(clip(file.path, 300) + clip(file.movedTo ?? "", 300)), 0),
        ),
      ])
    case "generic":
      return sumOf(
        fields(input).flatMap((block) =>
          block.type === "fields" ? block.rows.map(({ name, value }) => load(50 + textBytes(name + value), 3)) : [],
        ),
      )
    default:
      return load(0, 0)
  }
}

/** Changes without patches: no more than all that was there before and all that came after. */
function weighChanges({ changes, path }: Kind<"edit">): Load {
  const shown = changes.slice(0, 20)
  const lines = shown.flatMap(({ before, after }) => [
    ...signed("-", before.slice(0, PATCH.bytes)),
    ...signed("+", after.slice(0, PATCH.bytes)),
  ])
  const figure = load(around.patch.bytes + textBytes(clip(path, 300)), around.patch.elements)
  return sumOf([...shown.map(() => figure), weighCut(lines.join("\n"), PATCH)])
}

const signed = (sign: string, text: string) => text.split("\n").map((line) => sign + line)
