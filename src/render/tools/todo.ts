import { fields, text } from "../../session/read-json.ts"
import { formatCount } from "../format.ts"
import { changesNothing, failsAsCall, type Tool, unmarked } from "./tool.ts"
import type { Todo } from "./tool-block.ts"

/** The list of tasks that `todowrite` of OpenCode 1 sets. */
export const todo: Tool<{ todos: Todo[] }> = {
  names: ["todowrite"],
  category: "plan",
  read({ input, metadata }) {
    const given = fields(input)["todos"]
    const todos = Array.isArray(given) ? given : metadata["todos"]
    if (!Array.isArray(todos) || !todos.every((todo) => typeof fields(todo)["content"] === "string")) return undefined
    return {
      todos: todos.map((todo) => ({ content: text(fields(todo)["content"]), status: text(fields(todo)["status"]) })),
    }
  },
  mark: unmarked,
  failure: failsAsCall,
  row({ todos }) {
    const done = todos.filter(({ status }) => status === "completed").length
    return {
      verb: "Planned",
      object: `${done} of ${formatCount(todos.length, "task")} done`,
      mono: false,
      open: true,
    }
  },
  blocks: ({ todos }) => [{ type: "todos", todos }],
  changes: changesNothing,
  published: ({ todos }) => ({
    input: { todos: todos.map(({ content, status }) => ({ content, status })) },
    metadata: {},
  }),
}
