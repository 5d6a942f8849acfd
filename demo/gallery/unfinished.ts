import { answer, ask, at, type Draft } from "./drafts.ts"
import { children } from "./tools.ts"

const open = (status: string, tool: string, input: object, metadata: object = {}) => ({
  type: "tool",
  tool,
  state: { status, input, metadata },
})

/** The unfinished end of the session. */
export const unfinished: Draft[] = [
  ask(["Compare everything with the printed tables, and publish it."], { after: 600 }),
  answer(
    [
      "I compare first.",
      open(
        "running",
        "task",
        {
          description: "Compare the tables",
          prompt: "Compare our high waters with the printed tables of the last year.",
          subagent_type: "general",
        },
        { sessionId: children.running },
      ),
      open(
        "running",
        "bash",
        { command: "tides compare --year 2025", description: "Compares a year" },
        { output: "january ok\nfebruary ok\n" },
      ),
      open("running", "question", {
        questions: [
          {
            question: "Publish at once?",
            header: "Publish",
            options: [
              { label: "Yes", description: "" },
              { label: "Not yet", description: "" },
            ],
          },
        ],
      }),
      open("pending", "edit", {}),
      open("pending", "write", { filePath: at("docs/tables.md") }),
    ],
    { finish: undefined },
  ),
]

/** Reverted messages: no share shows them. */
export const undone: Draft[] = [ask(["This was taken back, and must not be seen."]), answer(["Neither must this."])]
