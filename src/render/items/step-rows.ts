import type { Question, Todo } from "../../session/model.ts"
import { clip, fitting } from "../html/cut.ts"
import { ROWS_BYTES } from "./step-blocks.ts"
import type { Kind } from "./step-context.ts"

// What steps show row by row is bounded, so that no single one is heavier than a page.

export const todosShown = ({ todos }: Kind<"todowrite">): Todo[] =>
  fitting(todos.slice(0, 200), ROWS_BYTES, ({ content, status }) => clip(content, 500) + clip(status, 40))

/** A question as far as it is shown. */
export type ShownQuestion = Pick<Question, "question" | "options" | "answers"> & {
  /** Answers that were none of the options. */
  own: string[]
}

export const questionsShown = ({ questions }: Kind<"question">): ShownQuestion[] =>
  questions.slice(0, 10).map(({ question, options, answers }) => {
    const labels = new Set(options.map(({ label }) => label))
    const own = answers.filter((answer) => !labels.has(answer))
    return {
      question,
      answers,
      options: fitting(options.slice(0, 40), 3_000, optionText),
      own: fitting(own.slice(0, 10), 2_000, (answer) => clip(answer, 1_000)),
    }
  })

const optionText = ({ label, description }: Question["options"][number]) => clip(label, 200) + clip(description, 300)
