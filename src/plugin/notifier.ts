import { isMainThread } from "node:worker_threads"
import { ShareError } from "../errors.ts"
import { terminalText } from "../lib/terminal-text.ts"
import type { OpencodeClient } from "./opencode.ts"

/** `failed-request`, `done-request`: an error or a remark at the end of OpenCode's own request. */
type NoticeLevel = "error" | "failed-request" | "done-request" | "warning" | "info"

/** Notifies the user; the level is `error` by default. */
export type Notify = (title: string, problem: unknown, level?: NoticeLevel) => void

/**
 * When a request ends, OpenCode's terminal shows its own notice, without the reason of a failure, replacing any other. Ours is
 * shown after this delay, replacing that one.
 */
const NOTICE_DELAY_MS = 1_000

/** Whether this is `opencode run`, which shows no notices. In the terminal UI, plugins run in a worker thread. */
const isRun = isMainThread && process.argv.slice(2).includes("run")

/** Notifies by toast in the terminal UI, on stderr in `opencode run`, and in OpenCode's log. Escapes texts for terminals.
 * Never throws. */
export function notifier({ app, tui }: OpencodeClient): Notify {
  return (title, problem, level = "error") => {
    const { message, hint } = problem instanceof ShareError ? problem : { message: messageOf(problem), hint: undefined }
    const text = terminalText(hint ? `${message} ${hint}` : message)
    const variant = level === "failed-request" ? "error" : level === "done-request" ? "info" : level
    const quietly = (said: () => Promise<unknown>) =>
      Promise.resolve()
        .then(said)
        .catch(() => {})
    const logged = { level: variant === "warning" ? ("warn" as const) : variant, message: `${title}: ${text}` }
    quietly(() => app.log({ body: { service: "opencode-bucket", ...logged } }))
    if (isRun && variant === "error") process.stderr.write(`opencode-bucket: ${title}. ${text}\n`)
    const show = () => quietly(() => tui.showToast({ body: { title, message: text, variant, duration: 10_000 } }))
    if (level.endsWith("-request")) setTimeout(show, NOTICE_DELAY_MS).unref()
    else show()
  }
}

const messageOf = (problem: unknown) => (problem instanceof Error ? problem.message : String(problem))
