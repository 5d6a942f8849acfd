import type { ToolPart } from "../../session/model.ts"
import type { ToolCategory } from "../tool-category.ts"
import { type Denial, denialOf } from "./denial.ts"
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
import { outputBlock, type ToolBlock } from "./tool-block.ts"
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
  const { isByUser, status } = part
  const denial = denialOf(part)
  const isDone = status === "completed"
  return {
    category: isByUser ? "user" : denial ? "denied" : tool.category,
    mark: () => (isDone && !isByUser ? tool.mark(call) : undefined),
    failure: () => (isByUser || denial ? undefined : tool.failure(call, part)),
    row(context) {
      const row = tool.row(call, part, context)
      if (isByUser) return { ...row, verb: `User ${row.verb.toLowerCase()}`, ...(row.tone === "bad" && UNMARKED) }
      return denial
        ? { ...row, verb: "Denied", outcome: `by ${denial.by}`, ...UNMARKED, open: denial.reason !== "" }
        : row
    },
    blocks: (context) => [...reasonBlock(denial), ...blocksOf(tool.blocks(call, part, context), part)],
    changes: () => (isDone ? tool.changes(call) : []),
    published: () => tool.published(call, part),
  }
}

/** A call that the user made or refused is not a failure of the agent. */
const UNMARKED = { tone: "plain", node: "other" } as const

const reasonBlock = ({ reason, rules }: Partial<Denial> = {}): ToolBlock[] => [
  ...(reason
    ? [{ type: "prose" as const, text: reason, tone: "asked" as const, kind: "task" as const, name: "reason" }]
    : []),
  ...outputBlock(rules ?? ""),
]

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
    const name = part.errorType === "tool.unknown" ? "invalid" : part.tool
    call = READERS.get(name)?.(part) ?? describe(other, part)!
    calls.set(part, call)
  }
  return call
}
