import { spawn } from "node:child_process"
import { ShareError } from "../errors.ts"
import type { SessionRecord } from "../session/source.ts"
import { withSessionFile } from "./session-file.ts"

/** A secret that a scanner of the user's own found. */
export interface KnownSecret {
  kind: string
  value: string
}

const MAX_ANSWER_CHARS = 64_000_000
const SCANNER_TIMEOUT_MS = 600_000
const MAX_KIND_CHARS = 40
/** Shorter findings would be replaced inside of words everywhere. */
const MIN_SECRET_CHARS = 4

/**
 * Runs the user's own scanner: a program and its arguments, without a shell. It gets the path of a file with the session,
 * one JSON value a line, as its last argument, and writes its findings to stdout as a JSON array of texts or of objects
 * with `secret` and perhaps `kind`. Throws `bad-settings` unless it ends with status 0 and such an array: what could not
 * be scanned is not shared.
 */
export async function runOwnScanner(record: SessionRecord, command: readonly string[]): Promise<KnownSecret[]> {
  return withSessionFile(record, async (file) => findingsOf(await outputOf(command, file), command))
}

function outputOf([program, ...given]: readonly string[], file: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program!, [...given, file], {
      stdio: ["ignore", "pipe", "inherit"],
      timeout: SCANNER_TIMEOUT_MS,
    })
    let output = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text
      if (output.length > MAX_ANSWER_CHARS) child.kill()
    })
    child.on("error", (cause) => reject(scannerError(program!, `could not be started: ${cause.message}`, cause)))
    child.on("close", (status, signal) =>
      status === 0 ? resolve(output) : reject(scannerError(program!, `ended with ${signal ?? `status ${status}`}`)),
    )
  })
}

function findingsOf(output: string, [program]: readonly string[]): KnownSecret[] {
  let findings: unknown
  try {
    findings = JSON.parse(output)
  } catch (cause) {
    throw scannerError(program!, "did not answer with a JSON array", cause)
  }
  if (!Array.isArray(findings)) throw scannerError(program!, "did not answer with a JSON array")
  return findings.map((finding) => {
    const { secret, kind } = (typeof finding === "string" ? { secret: finding } : (finding ?? {})) as Record<
      string,
      unknown
    >
    if (typeof secret !== "string" || secret.length < MIN_SECRET_CHARS)
      throw scannerError(
        program!,
        `answered with a finding without "secret", a text of at least ${MIN_SECRET_CHARS} characters`,
      )
    const name =
      typeof kind === "string"
        ? kind
            .replace(/[^\w .-]/g, "")
            .slice(0, MAX_KIND_CHARS)
            .trim()
        : ""
    return { kind: name || "own scanner", value: secret }
  })
}

function scannerError(program: string, what: string, cause?: unknown): ShareError {
  return new ShareError("bad-settings", `The scanner ${program} of redact.command ${what}, so nothing is shared.`, {
    hint: "Mend the command, or remove redact.command from your settings.",
    ...(cause !== undefined && { cause }),
  })
}
