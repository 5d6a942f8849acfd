import { ShareError } from "../errors.ts"
import type { OpencodeClient } from "./opencode.ts"

/** Says what went wrong: as a toast where there is a screen, and in OpenCode's log. Never throws. */
export function teller({ app, tui }: OpencodeClient): (title: string, problem: unknown) => void {
  return (title, problem) => {
    const { message, hint } = problem instanceof ShareError ? problem : { message: wordsOf(problem), hint: undefined }
    const text = hint ? `${message} ${hint}` : message
    const quietly = (said: () => Promise<unknown>) =>
      Promise.resolve()
        .then(said)
        .catch(() => {})
    quietly(() => app.log({ body: { service: "opencode-bucket", level: "error", message: `${title}: ${text}` } }))
    quietly(() => tui.showToast({ body: { title, message: text, variant: "error", duration: 10_000 } }))
  }
}

const wordsOf = (problem: unknown) => (problem instanceof Error ? problem.message : String(problem))
