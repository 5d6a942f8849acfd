import { definedFields, fields, isFields, list, text, texts } from "../../session/read-json.ts"
import { changesNothing, type Tool, unmarked } from "./tool.ts"
import type { Question } from "./tool-block.ts"

interface QuestionCall {
  questions: Question[]
  isDismissed: boolean
}

/** Questions of the agent to the user. */
export const question: Tool<QuestionCall> = {
  names: ["question"],
  category: "ask",
  read({ status, input, metadata, error }) {
    const { questions } = fields(input)
    if (!Array.isArray(questions) || !questions.every((item) => typeof fields(item)["question"] === "string"))
      return undefined
    const answers = list(metadata["answers"])
    return {
      questions: questions.map((item, index) => questionOf(fields(item), answers[index])),
      isDismissed: status === "error" && /\b(?:dismissed|rejected)\b/.test(error),
    }
  },
  mark: unmarked,
  // To dismiss a question is an answer.
  failure: ({ isDismissed }, { status }) => (status === "error" && !isDismissed ? "failed" : undefined),
  row: ({ questions, isDismissed }, { status }) => ({
    verb: "Asked",
    object: questions[0]?.question ?? "",
    mono: false,
    ...(status === "completed" && { outcome: "answered" }),
    ...(isDismissed && { outcome: "dismissed", tone: "plain" }),
    open: true,
  }),
  blocks: ({ questions, isDismissed }) => [{ type: "questions", questions, isDismissed }],
  changes: changesNothing,
  published: ({ questions }) => ({
    input: {
      questions: questions.map(({ question, multiple, options }) =>
        definedFields({ question, multiple: multiple || undefined, options }),
      ),
    },
    metadata: { answers: questions.map(({ answers }) => answers) },
  }),
}

function questionOf(item: ReturnType<typeof fields>, answers: unknown): Question {
  return {
    question: text(item["question"]),
    multiple: item["multiple"] === true,
    options: list(item["options"])
      .filter(isFields)
      .map((option) => ({ label: text(option["label"]), description: text(option["description"]) })),
    answers: texts(answers),
  }
}
