import { isPrompt, type Json, type Session, startOfSession } from "../../session/model.ts"
import { headingMarkdown, messageMarkdown } from "../session-markdown/message-markdown.ts"

/** Streams `session.json`: the format of `opencode import`, with subagents' sessions under `children`. */
export async function* sessionJson(session: Session): AsyncGenerator<string> {
  yield* writeSessionJson(session)
  yield "\n"
}

async function* writeSessionJson({ info, messages, children }: Session): AsyncGenerator<string> {
  const read = startOfSession()
  yield `{"info":${stringifyRecord(info.raw)},"messages":[`
  let separator = "\n"
  for await (const { raw } of messages(read)) {
    yield separator + stringifyRecord(raw)
    separator = ",\n"
  }
  yield `\n],"children":[`
  for (const [i, child] of children(read).entries()) {
    if (i > 0) yield ","
    yield* writeSessionJson(child)
  }
  yield "]}"
}

/** Streams `session.md`: the session, followed by its subagents'. */
export async function* sessionMarkdown(session: Session): AsyncGenerator<string> {
  yield* writeSessionMarkdown(session)
  yield "\n"
}

async function* writeSessionMarkdown({ info, messages, children }: Session): AsyncGenerator<string> {
  const read = startOfSession()
  yield headingMarkdown(info)
  let prompts = 0
  for await (const message of messages(read)) yield messageMarkdown(message, isPrompt(message) ? ++prompts : prompts)
  for (const child of children(read)) yield* writeSessionMarkdown(child)
}

/** JSON of a record; one nested too deeply for JSON.stringify is replaced by a note. */
export function stringifyRecord(value: Json): string {
  try {
    return JSON.stringify(value)
  } catch {
    return JSON.stringify({ unreadable: "nested too deeply to be written" })
  }
}
