import { constants } from "node:buffer"
import { ShareError } from "../errors.ts"
import { usableID } from "./ids.ts"
import { fields, isFields, list } from "./read-json.ts"
import type { SessionRecord } from "./source.ts"

const EXPORT_AGAIN_HINT = "Export the session again: opencode export <session id> > FILE."

/**
 * Parses the output of `opencode export`, `{info, messages: [{info, parts}]}`, to a record. An additional `children`
 * may hold subagent sessions of the same shape: an extension of this package that OpenCode ignores.
 *
 * Reads UTF-8 and UTF-16 (written by PowerShell), with or without a byte order mark, and skips log lines before or
 * after the JSON. Throws `bad-input`; for an export of OpenCode 2, `Opencode2Error`.
 * @param label name of the source in errors
 */
export function parseExport(bytes: Uint8Array, label: string): SessionRecord {
  if (bytes.length > constants.MAX_STRING_LENGTH) throw tooLargeError(label)
  const text = decode(bytes)
  if (text.trim() === "") throw badInput(`${capitalize(label)} is empty.`, EXPORT_AGAIN_HINT)
  const session = parse(text, label)
  if (!isFields(session) || !Array.isArray(session["messages"]))
    throw notASessionError(label, "expected `info` and `messages`")
  checkedInfo(session["info"], label)
  if (session["messages"].length === 0) throw emptySessionError(label)
  return record(session, MAX_SUBAGENT_DEPTH, label)
}

/** Maximum depth of subagent sessions; deeper ones are left out. OpenCode limits it with `subagent_depth`. */
export const MAX_SUBAGENT_DEPTH = 32

/** Returns `info` if it identifies a session. Throws `bad-input`. */
export function checkedInfo(info: unknown, label: string): unknown {
  if (!isFields(info)) throw notASessionError(label, "expected `info` and `messages`")
  if (usableID(info["id"]) === undefined) throw notASessionError(label, "`info` has no valid id")
  return info
}

/** Converts `children` to records. Throws `Opencode2Error`. */
export const childrenOf = (children: unknown, label: string): SessionRecord[] =>
  record({ children }, MAX_SUBAGENT_DEPTH, label).children

export function invalidMessageError(label: string, position: number, cause: unknown): ShareError {
  return badInput(
    `${capitalize(label)} is not valid JSON: syntax error after byte ${position}.`,
    EXPORT_AGAIN_HINT,
    cause,
  )
}

export function emptySessionError(label: string): ShareError {
  return badInput(`${capitalize(label)} has no messages: nothing to share.`, "Send a message in the session first.")
}

export function tooLargeError(label: string): ShareError {
  return badInput(
    `${capitalize(label)} is larger than ${Math.floor(constants.MAX_STRING_LENGTH / 1e6)} MB, too large to read at once.`,
    "Give the session id instead: the session is then read from OpenCode's database, message by message.",
  )
}

function record(value: unknown, depth: number, label: string): SessionRecord {
  const session = fields(value)
  const messages = list(session["messages"])
  const children = depth > 0 ? list(session["children"]).filter((child) => isFields(fields(child)["info"])) : []
  return {
    info: session["info"],
    async *messages() {
      yield* messages
    },
    partial: {
      async *messagesFrom(from) {
        yield* messages.slice(from)
      },
    },
    children: children.map((child) => record(child, depth - 1, label)),
  }
}

function decode(bytes: Uint8Array): string {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes)
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes)
  // JSON begins with an ASCII character, so in UTF-16 every other byte at its start is zero (RFC 4627, 3).
  if (first !== 0 && second === 0) return new TextDecoder("utf-16le").decode(bytes)
  return new TextDecoder().decode(bytes)
}

function parse(text: string, label: string): unknown {
  // A log line before the JSON is not JSON itself; the export begins at the first line that begins with a brace.
  const start = /^\s*\{/.test(text) ? 0 : text.indexOf("\n{") + 1
  const json = text.slice(start)
  try {
    return JSON.parse(json)
  } catch (error) {
    const end = positionIn(error, /after JSON at position (\d+)/)
    if (end === undefined) throw invalidJsonError(json, start, label, error)
    return JSON.parse(json.slice(0, end))
  }
}

function positionIn(error: unknown, pattern: RegExp): number | undefined {
  const position = error instanceof Error ? pattern.exec(error.message)?.[1] : undefined
  return position === undefined ? undefined : Number(position)
}

function invalidJsonError(json: string, skipped: number, label: string, cause: unknown): ShareError {
  const position = positionIn(cause, /at position (\d+)/)
  const cutOff = cause instanceof Error && /end of JSON|unterminated/i.test(cause.message)
  if (cutOff || (position !== undefined && position >= json.trimEnd().length)) {
    return badInput(`${capitalize(label)} ends in the middle of its JSON: it is truncated.`, EXPORT_AGAIN_HINT, cause)
  }
  if (position === undefined) return badInput(`${capitalize(label)} is not valid JSON.`, EXPORT_AGAIN_HINT, cause)
  const line = json.slice(0, position).split("\n").length
  const where = skipped > 0 ? `line ${line}, counted from the first line that begins with a brace` : `line ${line}`
  return badInput(`${capitalize(label)} is not valid JSON: syntax error in ${where}.`, EXPORT_AGAIN_HINT, cause)
}

function notASessionError(label: string, detail: string): ShareError {
  return badInput(`${capitalize(label)} is JSON, but not an OpenCode session: ${detail}.`, EXPORT_AGAIN_HINT)
}

function badInput(message: string, hint: string, cause?: unknown): ShareError {
  return new ShareError("bad-input", message, { hint, cause })
}

const capitalize = (sentence: string) => sentence.charAt(0).toUpperCase() + sentence.slice(1)
