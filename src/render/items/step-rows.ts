import type { Question, Todo } from "../../session/model.ts"
import { clip, takeFitting } from "../html/truncate.ts"
import { MAX_ROWS_BYTES } from "./step-blocks.ts"
import type { ToolCallOf } from "./step-context.ts"

// Lists in steps are bounded, so that no single step is larger than a page.

export const shownTodos = ({ todos }: ToolCallOf<"todowrite">): Todo[] =>
  takeFitting(todos.slice(0, 200), MAX_ROWS_BYTES, ({ content, status }) => clip(content, 500) + clip(status, 40))

/** The shown part of a question. */
export type ShownQuestion = Pick<Question, "question" | "options" | "answers"> & {
  /** Answers other than the offered options. */
  own: string[]
}

export const shownQuestions = ({ questions }: ToolCallOf<"question">): ShownQuestion[] =>
  questions.slice(0, 10).map(({ question, options, answers }) => {
    const labels = new Set(options.map(({ label }) => label))
    const own = answers.filter((answer) => !labels.has(answer))
    return {
      question,
      answers,
      options: takeFitting(options.slice(0, 40), 3_000, optionText),
      own: takeFitting(own.slice(0, 10), 2_000, (answer) => clip(answer, 1_000)),
    }
  })

const optionText = ({ label, description }: Question["options"][number]) => clip(label, 200) + clip(description, 300)
