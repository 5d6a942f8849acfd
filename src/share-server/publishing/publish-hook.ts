import { spawn } from "node:child_process"
import { ShareError } from "../../errors.ts"
import { terminalText } from "../../lib/terminal-text.ts"
import { withSessionFile } from "../../redact/session-file.ts"
import type { SessionRecord } from "../../session/source.ts"
import type { ShareOwner } from "../shares/ownership.ts"

/** Less than the time limit of the process that publishes. */
const HOOK_TIMEOUT_MS = 30_000
const MAX_REASON_CHARS = 300

/**
 * Asks the company's own program whether a version of a share may be published. It runs without a shell, gets the path of a
 * file with the redacted session as its last argument (see `withSessionFile`), and the share's id and token in its
 * environment, which has nothing else of the server's. Status 0 allows, another status refuses; the first line of its
 * output is the reason. Returns the reason; undefined if it allows. Throws `bad-settings` if it does not end by itself: what
 * could not be checked is not published.
 */
export async function refusalOfHook(
  [program, ...given]: readonly string[],
  record: SessionRecord,
  share: { id: string; owner: ShareOwner | undefined },
): Promise<string | undefined> {
  const { PATH, HOME, LANG, TZ } = process.env
  const about = { OPENCODE_BUCKET_SHARE: share.id, OPENCODE_BUCKET_TOKEN_NAME: share.owner?.name ?? "" }
  return withSessionFile(record, async (file) => {
    const { status, output } = await run(program!, [...given, file], { PATH, HOME, LANG, TZ, ...about })
    if (status === 0) return undefined
    const [line = ""] = output.trim().split("\n")
    return terminalText(line).slice(0, MAX_REASON_CHARS).trim() || "The company's policy does not allow it."
  })
}

function run(
  program: string,
  args: readonly string[],
  env: Record<string, string | undefined>,
): Promise<{ status: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "ignore"], timeout: HOOK_TIMEOUT_MS })
    let output = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      if (output.length < MAX_REASON_CHARS * 4) output += text
    })
    child.on("error", (cause) => reject(hookError(program, `could not be started: ${cause.message}`)))
    child.on("close", (status, signal) =>
      status === null ? reject(hookError(program, `ended with ${signal}`)) : resolve({ status, output }),
    )
  })
}

const hookError = (program: string, what: string) =>
  new ShareError("bad-settings", `The program ${program} of publishHook ${what}, so nothing is published.`)
