import type { Json } from "../../session/model.ts"
import { amount, definedFields, fields, list, optionalText, text } from "../../session/read-json.ts"
import { formatCount } from "../format.ts"
import { diagnosticsBlock, diagnosticsRecord, readDiagnostics } from "./diagnostics.ts"
import { shortenPath, splitPath } from "./paths.ts"
import { type FileChange, failsAsCall, type PathContext, type Tool } from "./tool.ts"
import { type Diagnostic, type DiffContent, outputBlock } from "./tool-block.ts"

interface PatchCall {
  files: PatchedFile[]
  patchText: string
  diagnostics: Diagnostic[]
}

interface PatchedFile {
  path: string
  /** New path of a moved file. */
  movedTo: string | undefined
  change: "add" | "update" | "delete" | "move"
  /** A unified diff, or "". */
  patch: string
  additions: number
  deletions: number
}

/** `apply_patch` of OpenCode 1, which was `patch` before 1.0, and `patch` of OpenCode 2. */
export const patch: Tool<PatchCall> = {
  names: ["apply_patch", "patch"],
  category: "edit",
  read({ input, metadata }) {
    const { patchText } = fields(input)
    if (typeof patchText !== "string") return undefined
    const reported = list(metadata["files"]).flatMap(reportedFile)
    // Until the call has ended, its files come from the patch text.
    const files = reported.length > 0 ? reported : namedFiles(patchText)
    return { files, patchText, diagnostics: readDiagnostics(metadata) }
  },
  mark: () => "changed",
  failure: failsAsCall,
  row({ files }, { status }, context) {
    const [only] = files
    const isDone = status === "completed"
    return {
      verb: "Patched",
      ...(only && files.length === 1
        ? splitPath(only.path, context)
        : { object: files.length === 0 ? "a patch" : formatCount(files.length, "file"), mono: false }),
      ...(isDone && { lines: { additions: sum(files, "additions"), deletions: sum(files, "deletions") } }),
      node: "changed",
      open: isDone,
    }
  },
  blocks({ files, patchText, diagnostics }, _, context) {
    const hasPatches = files.some(({ patch }) => patch !== "")
    const diffs = files.map((file) => diffOf(file, files.length > 1, context))
    return [
      ...(hasPatches ? [{ type: "diffs" as const, files: diffs }] : outputBlock(patchText)),
      ...diagnosticsBlock(
        diagnostics,
        files.map(({ path, movedTo }) => movedTo ?? path),
      ),
    ]
  },
  changes: ({ files }) => files.map(changeOf),
  published: ({ files, patchText, diagnostics }) => ({
    input: { patchText },
    metadata: definedFields({
      files: files.length > 0 ? files.map(fileRecord) : undefined,
      diagnostics: diagnosticsRecord(diagnostics),
    }),
  }),
}

const sum = (files: PatchedFile[], name: "additions" | "deletions") => files.reduce((all, file) => all + file[name], 0)

const WORDS = { add: "new file", update: "", delete: "deleted", move: "moved" }

function diffOf(file: PatchedFile, isNamed: boolean, context: PathContext): DiffContent {
  const { path, movedTo, change, patch, additions, deletions } = file
  const note = change === "move" && movedTo ? `moved to ${shortenPath(movedTo, context)}` : WORDS[change]
  return { label: isNamed ? shortenPath(path, context) : "", path, note, patch, additions, deletions }
}

const STATUSES = { add: "added", update: "modified", delete: "deleted", move: "modified" } as const

function changeOf({ path, movedTo, change, patch, additions, deletions }: PatchedFile): FileChange {
  const changed = { patch, additions, deletions }
  return change === "move" && movedTo !== undefined
    ? { path: movedTo, ...changed, status: "renamed", from: path }
    : { path, ...changed, status: STATUSES[change] }
}

const CHANGES: Record<string, PatchedFile["change"]> = {
  add: "add",
  update: "update",
  delete: "delete",
  move: "move",
  // OpenCode 2 names a moved file by its new name.
  added: "add",
  modified: "update",
  deleted: "delete",
}

function reportedFile(value: unknown): PatchedFile[] {
  const file = fields(value)
  const relativePath = optionalText(file["relativePath"])
  const path = optionalText(file["filePath"]) ?? relativePath ?? optionalText(file["file"])
  const kind = text(file["type"] ?? file["status"])
  const change = Object.hasOwn(CHANGES, kind) ? CHANGES[kind] : undefined
  if (path === undefined || change === undefined) return []
  return [
    {
      path,
      movedTo: change === "move" ? (optionalText(file["movePath"]) ?? relativePath) : undefined,
      change,
      patch: optionalText(file["patch"]) ?? text(file["diff"]),
      additions: amount(file["additions"]),
      deletions: amount(file["deletions"]),
    },
  ]
}

function namedFiles(patchText: string): PatchedFile[] {
  const files: PatchedFile[] = []
  for (const [, heading, path] of patchText.matchAll(/^\*\*\* (Add File|Update File|Delete File|Move to): (.+)$/gm)) {
    if (path === undefined) continue
    const last = files.at(-1)
    if (heading !== "Move to") {
      const change = heading === "Add File" ? "add" : heading === "Delete File" ? "delete" : "update"
      files.push({ path: path.trim(), movedTo: undefined, change, patch: "", additions: 0, deletions: 0 })
    } else if (last !== undefined) {
      last.change = "move"
      last.movedTo = path.trim()
    }
  }
  return files
}

const fileRecord = ({ path, movedTo, change, patch, additions, deletions }: PatchedFile): Json =>
  definedFields({ filePath: path, movePath: movedTo, type: change, patch, additions, deletions })
