import type { ToolPart } from "../../session/model.ts"
import { formatCount } from "../format.ts"
import { clip } from "../html/truncate.ts"
import type { StepBlock } from "../view.ts"
import { changeBlocks, codeBlock, type DiffBlock, diffBlock } from "./code-block.ts"
import {
  attachmentBlocks,
  diagnosticBlocks,
  hasPatches,
  joinEntries,
  outputBlocks,
  patchLimits,
  shownFiles,
} from "./step-blocks.ts"
import { type StepContext, type StepDisplay, shortenPath, splitPath, type ToolCallOf } from "./step-context.ts"

// Steps of tools that read or change files.

export async function readStep(
  part: ToolPart,
  { path, content }: ToolCallOf<"read">,
  context: StepContext,
): Promise<StepDisplay> {
  const display = { verb: "Read", ...splitPath(path, context), node: "looked" as const }
  if (content.type === "file") {
    const lines = content.text === "" ? 0 : content.text.split("\n").length
    const all = content.totalLines ?? lines
    const outcome =
      lines < all
        ? `lines ${content.firstLine} to ${content.firstLine + lines - 1} of ${all}`
        : formatCount(lines, "line")
    return {
      ...display,
      outcome,
      blocks: [await codeBlock(content.text, path, context.budget, content.firstLine)],
    }
  }
  if (content.type === "directory")
    return {
      ...display,
      outcome: formatCount(content.entries.length, "entry", "entries"),
      blocks: outputBlocks(joinEntries(content)),
    }
  const images = attachmentBlocks(part)
  const isImage = part.attachments.some(({ mime }) => mime.startsWith("image/"))
  return {
    ...display,
    ...(part.status === "completed" && isImage && { outcome: "image" }),
    blocks: images.length > 0 ? images : outputBlocks(part.output),
  }
}

export async function writeStep(part: ToolPart, call: ToolCallOf<"write">, context: StepContext): Promise<StepDisplay> {
  const { path, content, existed } = call
  const done = part.status === "completed"
  return {
    verb: existed ? "Overwrote" : "Wrote",
    ...splitPath(path, context),
    ...(done && { outcome: describeLines(content) }),
    node: "changed",
    open: done,
    blocks: [
      await codeBlock(content, path, context.budget, 1),
      ...diagnosticBlocks(call.diagnostics, (path) => shortenPath(path, context)),
    ],
  }
}

export async function editStep(part: ToolPart, call: ToolCallOf<"edit">, context: StepContext): Promise<StepDisplay> {
  const { path, changes, patch, additions, deletions } = call
  const done = part.status === "completed"
  const short = clip(shortenPath(path, context), 300)
  const note = part.status === "error" ? "not applied" : ""
  const made = { path: short, patch, additions: additions ?? 0, deletions: deletions ?? 0 }
  const blocks = patch ? [await diffBlock(made, note, context.budget)] : []
  if (!patch) blocks.push(...(await changeBlocks(short, changes.slice(0, 20), note, context.budget)))
  return {
    verb: "Edited",
    ...splitPath(path, context),
    ...(done && { lines: sumLines(blocks) }),
    node: "changed",
    open: done,
    blocks: [...blocks.map(withoutPath), ...diagnosticBlocks(call.diagnostics, (path) => shortenPath(path, context))],
  }
}

/** The step's row already names the file. */
const withoutPath = (block: DiffBlock): DiffBlock => ({ ...block, path: "" })

export async function patchStep(
  part: ToolPart,
  { files, patchText, diagnostics: found }: ToolCallOf<"apply_patch">,
  context: StepContext,
): Promise<StepDisplay> {
  const words = { add: "new file", update: "", delete: "deleted", move: "moved" }
  const blocks: StepBlock[] = []
  const limits = patchLimits(files)
  const shown = shownFiles(files)
  if (!hasPatches(files)) blocks.push(...outputBlocks(patchText))
  else
    for (const [i, file] of shown.entries()) {
      const note =
        file.change === "move" && file.movedTo ? `moved to ${shortenPath(file.movedTo, context)}` : words[file.change]
      const named = { ...file, path: clip(shortenPath(file.path, context), 300) }
      const block = await diffBlock(named, clip(note, 300), context.budget, limits[i])
      blocks.push(files.length === 1 ? withoutPath(block) : block)
    }
  if (shown.length < files.length && hasPatches(files))
    blocks.push({ type: "caption", text: `and ${formatCount(files.length - shown.length, "more file", "more files")}` })
  const [only] = files
  return {
    verb: "Patched",
    ...(only && files.length === 1
      ? splitPath(only.path, context)
      : { object: files.length === 0 ? "a patch" : formatCount(files.length, "file"), mono: false }),
    ...(part.status === "completed" && { lines: sumLines(files) }),
    node: "changed",
    open: part.status === "completed",
    blocks: [...blocks, ...diagnosticBlocks(found, (path) => shortenPath(path, context))],
  }
}

function sumLines(changes: { additions: number; deletions: number }[]): { additions: number; deletions: number } {
  const all = { additions: 0, deletions: 0 }
  for (const { additions, deletions } of changes) {
    all.additions += additions
    all.deletions += deletions
  }
  return all
}

function describeLines(content: string): string {
  const lines = content.split("\n").length - (content.endsWith("\n") ? 1 : 0)
  return content === "" ? "empty" : formatCount(lines, "line")
}
