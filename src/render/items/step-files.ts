import type { ToolPart } from "../../session/model.ts"
import { formatCount } from "../format.ts"
import { clip } from "../html/cut.ts"
import type { StepBlock } from "../view.ts"
import { changed, code, type DiffBlock, diff } from "./code-block.ts"
import { attachments, diagnostics, entriesOf, filesShown, hasPatches, output, patchBounds } from "./step-blocks.ts"
import { type Drawn, type Kind, located, type StepContext, shorten } from "./step-context.ts"

// Steps that read or change files.

export async function read(part: ToolPart, { path, content }: Kind<"read">, context: StepContext): Promise<Drawn> {
  const drawn = { verb: "Read", ...located(path, context), node: "looked" as const }
  if (content.type === "file") {
    const lines = content.text === "" ? 0 : content.text.split("\n").length
    const all = content.totalLines ?? lines
    const outcome =
      lines < all
        ? `lines ${content.firstLine} to ${content.firstLine + lines - 1} of ${all}`
        : formatCount(lines, "line")
    return { ...drawn, outcome, blocks: [await code(content.text, path, context.folded, content.firstLine)] }
  }
  if (content.type === "directory")
    return {
      ...drawn,
      outcome: formatCount(content.entries.length, "entry", "entries"),
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

export async function write(part: ToolPart, call: Kind<"write">, context: StepContext): Promise<Drawn> {
  const { path, content, existed } = call
  const done = part.status === "completed"
  return {
    verb: existed ? "Overwrote" : "Wrote",
    ...located(path, context),
    ...(done && { outcome: linesOf(content) }),
    node: "changed",
    open: done,
    blocks: [
      await code(content, path, context.budget, 1),
      ...diagnostics(call.diagnostics, (path) => shorten(path, context)),
    ],
  }
}

export async function edit(part: ToolPart, call: Kind<"edit">, context: StepContext): Promise<Drawn> {
  const { path, changes, patch, additions, deletions } = call
  const done = part.status === "completed"
  const short = clip(shorten(path, context), 300)
  const note = part.status === "error" ? "not applied" : ""
  const made = { path: short, patch, additions: additions ?? 0, deletions: deletions ?? 0 }
  const blocks = patch ? [await diff(made, note, context.budget)] : []
  if (!patch) blocks.push(...(await changed(short, changes.slice(0, 20), note, context.budget)))
  return {
    verb: "Edited",
    ...located(path, context),
    ...(done && { lines: sum(blocks) }),
    node: "changed",
    open: done,
    blocks: [...blocks.map(unnamed), ...diagnostics(call.diagnostics, (path) => shorten(path, context))],
  }
}

/** The row of the step names the file already. */
const unnamed = (block: DiffBlock): DiffBlock => ({ ...block, path: "" })

export async function patch(
  part: ToolPart,
  { files, patchText, diagnostics: found }: Kind<"apply_patch">,
  context: StepContext,
): Promise<Drawn> {
  const words = { add: "new file", update: "", delete: "deleted", move: "moved" }
  const blocks: StepBlock[] = []
  const bounds = patchBounds(files)
  const shown = filesShown(files)
  if (!hasPatches(files)) blocks.push(...output(patchText))
  else
    for (const [i, file] of shown.entries()) {
      const note =
        file.change === "move" && file.movedTo ? `moved to ${shorten(file.movedTo, context)}` : words[file.change]
      const named = { ...file, path: clip(shorten(file.path, context), 300) }
      const block = await diff(named, clip(note, 300), context.budget, bounds[i])
      blocks.push(files.length === 1 ? unnamed(block) : block)
    }
  if (shown.length < files.length && hasPatches(files))
    blocks.push({ type: "caption", text: `and ${formatCount(files.length - shown.length, "more file", "more files")}` })
  const [only] = files
  return {
    verb: "Patched",
    ...(only && files.length === 1
      ? located(only.path, context)
      : { object: files.length === 0 ? "a patch" : formatCount(files.length, "file"), mono: false }),
    ...(part.status === "completed" && { lines: sum(files) }),
    node: "changed",
    open: part.status === "completed",
    blocks: [...blocks, ...diagnostics(found, (path) => shorten(path, context))],
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

function linesOf(content: string): string {
  const lines = content.split("\n").length - (content.endsWith("\n") ? 1 : 0)
  return content === "" ? "empty" : formatCount(lines, "line")
}
