import { type Json, nothingRead, type Session } from "../session/model.ts"
import { headingMarkdown, messageMarkdown } from "./session-markdown.ts"

/** `session.json`, piece by piece: what `opencode import` reads, with subagents' sessions under `children`. */
export async function* sessionJson(session: Session): AsyncGenerator<string> {
  yield* jsonOf(session)
  yield "\n"
}

async function* jsonOf({ info, messages, children }: Session): AsyncGenerator<string> {
  const read = nothingRead()
  yield `{"info":${writeJson(info.raw)},"messages":[`
  let separator = "\n"
  for await (const { raw } of messages(read)) {
    yield separator + writeJson(raw)
    separator = ",\n"
  }
  yield `\n],"children":[`
  for (const [i, child] of children(read).entries()) {
    if (i > 0) yield ","
    yield* jsonOf(child)
  }
  yield "]}"
}

/** `session.md`, piece by piece: the session, and after it those of its subagents. */
export async function* sessionMarkdown(session: Session): AsyncGenerator<string> {
  yield* markdownOf(session)
  yield "\n"
}

async function* markdownOf({ info, messages, children }: Session): AsyncGenerator<string> {
  const read = nothingRead()
  yield headingMarkdown(info)
  for await (const message of messages(read)) yield messageMarkdown(message)
  for (const child of children(read)) yield* markdownOf(child)
}

/** A record as JSON; one that is nested too deeply to be written is replaced by a note in its place. */
export function writeJson(value: Json): string {
  try {
    return JSON.stringify(value)
  } catch {
    return JSON.stringify({ unreadable: "nested too deeply to be written" })
  }
}
