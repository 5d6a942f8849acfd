import type { ToolPart } from "../../session/model.ts"
import type { ToolCategory } from "../tool-category.ts"
import { edit } from "./edit.ts"
import { execute } from "./execute.ts"
import { glob } from "./glob.ts"
import { grep } from "./grep.ts"
import { invalid } from "./invalid.ts"
import { list } from "./list.ts"
import { other } from "./other.ts"
import { patch } from "./patch.ts"
import { question } from "./question.ts"
import { read } from "./read.ts"
import { shell } from "./shell.ts"
import { skill } from "./skill.ts"
import { subagent } from "./subagent.ts"
import { todo } from "./todo.ts"
import type { FileChange, PathContext, PublishedCall, TimelineAct, Tool, ToolRow } from "./tool.ts"
import type { ToolBlock } from "./tool-block.ts"
import { webfetch } from "./webfetch.ts"
import { websearch } from "./websearch.ts"
import { write } from "./write.ts"

/** A tool's description of one of its calls; see `Tool`. */
export interface ToolCall {
  category: ToolCategory
  mark(): TimelineAct | undefined
  failure(): string | undefined
  row(context: PathContext): ToolRow
  blocks(context: PathContext): ToolBlock[]
  changes(): FileChange[]
  published(): PublishedCall
}

type CallReader = (part: ToolPart) => ToolCall | undefined

const READERS = new Map<string, CallReader>([
  ...readers(edit),
  ...readers(execute),
  ...readers(glob),
  ...readers(grep),
  ...readers(invalid),
  ...readers(list),
  ...readers(patch),
  ...readers(question),
  ...readers(read),
  ...readers(shell),
  ...readers(skill),
  ...readers(subagent),
  ...readers(todo),
  ...readers(webfetch),
  ...readers(websearch),
  ...readers(write),
])

function readers<Call>(tool: Tool<Call>): [name: string, reader: CallReader][] {
  return tool.names.map((name) => [name, (part) => describe(tool, part)])
}

function describe<Call>(tool: Tool<Call>, part: ToolPart): ToolCall | undefined {
  const call = tool.read(part)
  if (call === undefined) return undefined
  return {
    category: tool.category,
    mark: () => (part.status === "completed" ? tool.mark(call) : undefined),
    failure: () => tool.failure(call, part),
    row: (context) => tool.row(call, part, context),
    blocks: (context) => blocksOf(tool.blocks(call, part, context), part),
    changes: () => (part.status === "completed" ? tool.changes(call) : []),
    published: () => tool.published(call, part),
  }
}

/** Adds the files that the call returned, unless the tool has a place for them. */
function blocksOf(blocks: ToolBlock[], { attachments }: ToolPart): ToolBlock[] {
  if (attachments.length === 0) return blocks.filter(({ type }) => type !== "attachments")
  return blocks.some(({ type }) => type === "attachments") ? blocks : [...blocks, { type: "attachments" }]
}

const calls = new WeakMap<ToolPart, ToolCall>()

/** Describes a call by its tool; as `other` if the tool is unknown or the arguments are invalid. Never throws. */
export function toolCallOf(part: ToolPart): ToolCall {
  let call = calls.get(part)
  if (call === undefined) {
    call = READERS.get(part.tool)?.(part) ?? describe(other, part)!
    calls.set(part, call)
  }
  return call
}
