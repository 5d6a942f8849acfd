import { ShareError } from "../errors.ts"
import type { Count } from "../redact/secrets.ts"
import { isPrompt, type Session } from "../session/model.ts"
import { redactedInWords } from "../share/redacted-in-words.ts"
import { newShareId } from "../share/share-id.ts"
import { tryOut } from "../share/try-out.ts"
import type { ObjectStore } from "../store/object-store.ts"
import { oneLine, statusLine, type Terminal } from "./terminal.ts"

export interface AgreeOptions {
  store: ObjectStore
  /** Where that is, in words. */
  place: string
  terminal: Terminal
  /** When it would end, for people; undefined: never. */
  ends: string | undefined
  /** What was redacted. */
  found: readonly Count[]
  /** Draws the session into a local folder and opens it. */
  preview: () => Promise<void>
}

/**
 * Shows what of a session will be visible, where and to whom, and asks whether that is meant. Throws `bad-usage` when
 * it is not, and what trying the store out throws.
 */
export async function agreeToShare(session: Session, options: AgreeOptions): Promise<void> {
  const { store, place, ends, terminal, found } = options
  const status = statusLine(terminal, false)
  status.show(`Asking ${store.name} who can read in it…`)
  const readable = await tryOut(store, newShareId()).finally(status.clear)
  const facts = [
    ["Conversation", oneLine(session.info.title) || "Untitled session"],
    ["Holds", await contentOf(session)],
    ["Redacted", redactedInWords(found) ?? "nothing: no secrets were found"],
    ["Goes to", place],
    ["Until", ends],
    ["Seen by", seenBy(readable.public)],
    ["", readable.public !== false && readable.note],
  ] as const
  const lines = facts.flatMap(([name, value]) => (value ? [`  ${name.padEnd(14)}${value}`] : []))
  terminal.stderr.write(`\n${lines.join("\n")}\n\n`)
  await ask(options)
}

function seenBy(isPublic: boolean | null): string {
  if (isPublic === null) return "it cannot be told from here who can open links into it"
  return isPublic ? "everyone who has the link" : "those who may read in it; its links are not public"
}

async function contentOf(session: Session): Promise<string> {
  let [prompts, answers, steps, files] = [0, 0, 0, 0]
  for await (const message of session.messages()) {
    if (isPrompt(message)) prompts++
    else if (message.role === "assistant") answers++
    for (const part of message.parts) {
      if (part.type === "tool") steps++
      if (part.type === "file" && part.url !== "") files++
      if (part.type === "tool") files += part.attachments.length
    }
  }
  const counts = [
    [prompts, "prompt"],
    [answers, "answer"],
    [steps, "step"],
    [files, "attached file"],
    [session.children.length, "subagent"],
  ] as const
  return counts.flatMap(([n, name]) => (n === 0 ? [] : [`${n} ${name}${n === 1 ? "" : "s"}`])).join(", ")
}

async function ask({ terminal, preview }: AgreeOptions): Promise<void> {
  const { select } = await import("@clack/prompts")
  for (;;) {
    const answer = await select({
      message: "Share it?",
      options: [
        { value: "yes", label: "Share" },
        { value: "preview", label: "Look at it first", hint: "opens it from this machine" },
        { value: "no", label: "Do not share" },
      ],
      output: terminal.stderr,
    })
    if (answer === "yes") return
    if (answer !== "preview") throw new ShareError("bad-usage", "The session was not shared.")
    await preview()
  }
}
