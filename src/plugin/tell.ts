import { ShareError } from "../errors.ts"
import { terminalText } from "../lib/terminal-text.ts"
import type { OpencodeClient } from "./opencode.ts"

/** Says something to the user; unless `level` says that nothing is wrong, it is a problem. */
export type Tell = (title: string, problem: unknown, level?: "error" | "info") => void

/** Says it as a notice where there is a screen, and in OpenCode's log, both escaped for terminals. Never throws. */
export function teller({ app, tui }: OpencodeClient): Tell {
  return (title, problem, level = "error") => {
    const { message, hint } = problem instanceof ShareError ? problem : { message: wordsOf(problem), hint: undefined }
    const text = terminalText(hint ? `${message} ${hint}` : message)
    const quietly = (said: () => Promise<unknown>) =>
      Promise.resolve()
        .then(said)
        .catch(() => {})
    quietly(() => app.log({ body: { service: "opencode-bucket", level, message: `${title}: ${text}` } }))
    quietly(() => tui.showToast({ body: { title, message: text, variant: level, duration: 10_000 } }))
  }
}

const wordsOf = (problem: unknown) => (problem instanceof Error ? problem.message : String(problem))
