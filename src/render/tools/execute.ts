import type { Json } from "../../session/model.ts"
import { fields, isFields, list, text } from "../../session/read-json.ts"
import { formatCount } from "../format.ts"
import { changesNothing, outputOf, type Tool, unmarked } from "./tool.ts"
import { outputBlock } from "./tool-block.ts"

interface ExecuteCall {
  code: string
  /** Tools that the program called, in order. */
  calls: { tool: string; status: string; input: Json | undefined }[]
  hasFailed: boolean
}

/** A program of the model's that calls tools, in OpenCode 2 (Code Mode). */
export const execute: Tool<ExecuteCall> = {
  names: ["execute"],
  category: "run",
  read({ input, metadata }) {
    const { code } = fields(input)
    if (typeof code !== "string") return undefined
    const calls = list(metadata["toolCalls"])
      .filter(isFields)
      .map((call) => ({
        tool: text(call["tool"]),
        status: text(call["status"]),
        input: call["input"] as Json | undefined,
      }))
    return { code, calls, hasFailed: metadata["error"] === true }
  },
  mark: unmarked,
  failure: ({ hasFailed }, { status }) => (hasFailed || status === "error" ? "failed" : undefined),
  row: ({ calls, hasFailed }) => ({
    verb: "Ran",
    object: calls.length === 0 ? "a program" : `a program with ${formatCount(calls.length, "call")}`,
    mono: false,
    ...(hasFailed && { outcome: "failed", tone: "bad", node: "failed", open: true }),
  }),
  blocks: ({ code, calls, hasFailed }, part) => [
    { type: "code", text: code, path: "program.js", first: 1 },
    ...(calls.length > 0 ? [{ type: "calls" as const, calls }] : []),
    ...outputBlock(outputOf(part), hasFailed ? "bad" : "plain"),
  ],
  changes: changesNothing,
  published: ({ code }) => ({ input: { code }, metadata: {} }),
}
