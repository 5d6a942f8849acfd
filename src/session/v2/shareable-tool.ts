import { fields, isFields, list, text, type UnknownFields } from "../read-json.ts"
import { ANY, type ObjectShape, PLAIN, reduce, reduceFields } from "./shape.ts"

const named = (names: string): ObjectShape => Object.fromEntries(names.split(" ").map((name) => [name, PLAIN]))

const QUESTION = {
  ...named("question header multiple"),
  options: [named("label description")],
} as const

/**
 * Inputs that pages show, by tool: those of OpenCode 2, and those of OpenCode 1 that migrated sessions keep. Other tools
 * (a plugin's) keep all of it.
 */
const INPUTS: Record<string, ObjectShape> = {
  read: named("path filePath offset limit"),
  write: named("path filePath content"),
  edit: named("path filePath oldString newString replaceAll"),
  multiedit: { filePath: PLAIN, edits: [named("oldString newString replaceAll")] },
  patch: named("patchText"),
  apply_patch: named("patchText"),
  shell: named("command workdir timeout background description"),
  bash: named("command timeout description"),
  glob: named("pattern path limit"),
  grep: named("pattern path include limit"),
  list: named("path"),
  webfetch: named("url format timeout"),
  websearch: named("query"),
  question: { questions: [QUESTION] },
  subagent: named("agent description prompt sessionID background"),
  task: named("subagent_type description prompt"),
  skill: named("id name"),
  execute: named("code"),
  todowrite: { todos: [named("content status priority")] },
}

const METADATA: ObjectShape = {
  ...named("status exit signal timeout truncated sessionID error"),
  files: [named("file status additions deletions patch")],
  answers: [[PLAIN]],
  toolCalls: [{ ...named("tool status"), input: ANY }],
  // OpenCode 1's, in migrated sessions.
  ...named("sessionId background exists count matches diff output"),
  filediff: named("file patch additions deletions"),
  results: [{ diff: PLAIN, filediff: named("file patch additions deletions") }],
  display: { ...named("type text lineStart totalLines truncated"), entries: [PLAIN] },
  diagnostics: ANY,
}

const CONTENT = named("type text uri mime name")
const ERROR = named("type message")

/** Reduces a tool call to fields that a share may contain. */
export function shareableTool(part: UnknownFields): UnknownFields {
  const state = fields(part["state"])
  const name = text(part["name"])
  return {
    ...reduceFields(part, { ...named("type id name executed"), time: named("created ran completed") }),
    state: {
      status: state["status"],
      // Until it is complete, the input is the beginning of a JSON text, which may end in half a secret.
      input: state["status"] === "streaming" ? "" : shareableInput(name, state["input"]),
      ...reduceFields(state, { content: [CONTENT], error: ERROR, metadata: METADATA }),
    },
  }
}

function shareableInput(tool: string, input: unknown): unknown {
  const shape = Object.hasOwn(INPUTS, tool) ? INPUTS[tool] : undefined
  if (shape === undefined || !isFields(input)) return input
  const kept = reduce(input, shape)
  // Wrong arguments are shown as they are: the call failed because of them.
  return isFields(kept) && Object.keys(kept).length > 0 ? kept : input
}

/** Text that a tool returned: its pieces, joined. */
export const contentText = (content: unknown): string =>
  list(content)
    .map((piece) => text(fields(piece)["text"]))
    .filter((piece) => piece !== "")
    .join("\n")
