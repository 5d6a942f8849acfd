import { isMainThread } from "node:worker_threads"
import { ShareError } from "../errors.ts"
import { terminalText } from "../lib/terminal-text.ts"
import type { OpencodeClient } from "./opencode.ts"

/** `failed-request`: OpenCode's own request fails at once with it. */
type NoticeLevel = "error" | "failed-request" | "warning" | "info"

/** Says something to the user: a problem, unless `level` says otherwise. */
export type Notify = (title: string, problem: unknown, level?: NoticeLevel) => void

/**
 * When its request fails, OpenCode's terminal replaces any notice by its own, which does not name the reason: the reason
 * is shown this much later, in place of that one.
 */
const NOTICE_DELAY_MS = 1_000

/** `opencode run` has no notices. With a terminal of its own, OpenCode runs plugins in a worker thread. */
const isRun = isMainThread && process.argv.slice(2).includes("run")

/** Says it as a toast where there is a screen, on stderr in `opencode run`, and in OpenCode's log, escaped for
 * terminals. Never throws. */
export function notifier({ app, tui }: OpencodeClient): Notify {
  return (title, problem, level = "error") => {
    const { message, hint } = problem instanceof ShareError ? problem : { message: messageOf(problem), hint: undefined }
    const text = terminalText(hint ? `${message} ${hint}` : message)
    const variant = level === "failed-request" ? "error" : level
    const quietly = (said: () => Promise<unknown>) =>
      Promise.resolve()
        .then(said)
        .catch(() => {})
    const logged = { level: variant === "warning" ? ("warn" as const) : variant, message: `${title}: ${text}` }
    quietly(() => app.log({ body: { service: "opencode-bucket", ...logged } }))
    if (isRun && variant === "error") process.stderr.write(`opencode-bucket: ${title}. ${text}\n`)
    const show = () => quietly(() => tui.showToast({ body: { title, message: text, variant, duration: 10_000 } }))
    if (level === "failed-request") setTimeout(show, NOTICE_DELAY_MS).unref()
    else show()
  }
}

const messageOf = (problem: unknown) => (problem instanceof Error ? problem.message : String(problem))
