import { ShareError } from "../errors.ts"
import { terminalText, titleLine } from "../lib/terminal-text.ts"
import type { SecretCount } from "../redact/secrets.ts"
import { countSubagents } from "../session/count-subagents.ts"
import { isPrompt, type Session, startOfSession } from "../session/model.ts"
import { describeRedactions } from "../share/describe-redactions.ts"
import { probeStoreOnce } from "../share/ensure-erasable.ts"
import type { Lifetime } from "../share/expiry.ts"
import type { Ledger } from "../share/ledger.ts"
import { describeRetention } from "../share/retention.ts"
import { newShareId } from "../share/share-id.ts"
import type { ObjectStore } from "../store/object-store.ts"
import type { Destination } from "../store/open-store.ts"
import { promptChoice, promptYesNo } from "./prompt.ts"
import { statusLine, type Terminal } from "./terminal.ts"

export interface ConfirmShareOptions {
  store: ObjectStore
  /** What `store` was opened from, and where a trial of it is noted. */
  destination: Destination
  ledger: Ledger
  /** Where that is, in words. */
  place: string
  terminal: Terminal
  /** When it would end, for people; undefined: never. */
  ends: string | undefined
  lifetime: Lifetime | undefined
  /** How long a signed link opens it, if one is asked for: `24h`. */
  signed?: string | undefined
  /** What was redacted. */
  found: readonly SecretCount[]
  /** Draws the session into a local folder and opens it. */
  preview: () => Promise<void>
}

/** What was agreed to besides sharing itself. */
export interface ShareConsent {
  /** The bucket locks every object, which was shown. */
  acceptRetention: boolean
}

/**
 * Shows what of a session will be visible, where and to whom, and asks whether that is meant. Throws `bad-usage` when
 * it is not, and what trying the store out throws.
 */
export async function confirmShare(session: Session, options: ConfirmShareOptions): Promise<ShareConsent> {
  const agreement = await showFacts(options, [
    ["Conversation", titleLine(session.info.title) || "Untitled session"],
    ["Holds", await summarizeContent(session)],
    ["Redacted", describeRedactions(options.found) ?? "nothing: no secrets were found"],
    ["Signed link", options.signed && `opens it for whoever has the link, for ${options.signed}`],
  ])
  await ask(options)
  return agreement
}

export interface ConfirmShareAllOptions
  extends Pick<ConfirmShareOptions, "store" | "destination" | "ledger" | "place" | "terminal" | "ends" | "lifetime"> {
  /** How many sessions there are, and how many of them are not shared yet. */
  count: number
  fresh: number
}

/** As `agreeToShare`, once for many sessions. */
export async function confirmShareAll(options: ConfirmShareAllOptions): Promise<ShareConsent> {
  const { count, fresh, terminal } = options
  const agreement = await showFacts(options, [
    ["Conversations", fresh === count ? String(count) : `${count}, ${fresh} of which are not shared yet`],
    ["Redacted", "secrets in them, as in every share; preview shows it for one session"],
  ])
  if (!(await promptYesNo(terminal, "Share all of them, each with a link of its own?")))
    throw new ShareError("bad-usage", "Nothing was shared.")
  return agreement
}

type LabelledFact = readonly [name: string, value: string | false | undefined]

/** Shows facts about what is to be shared, then those about the place that it goes to, which is tried out. */
async function showFacts(
  options: Omit<ConfirmShareAllOptions, "count" | "fresh"> & Pick<ConfirmShareOptions, "signed">,
  what: LabelledFact[],
): Promise<ShareConsent> {
  const { store, destination, ledger, place, ends, lifetime, signed, terminal } = options
  const status = statusLine(terminal, false)
  status.show(`Asking ${store.name} who can read in it…`)
  const retention = await store.remote?.retention()
  const asked = { store, destination, ledger, newId: newShareId, acceptRetention: retention !== undefined }
  const readable = await probeStoreOnce(asked).finally(status.clear)
  const facts: LabelledFact[] = [
    ...what,
    ["Goes to", place],
    ["Until", ends],
    ["Locked", retention && describeRetention(retention, lifetime, new Date())],
    ["Seen by", describeAccess(readable.public)],
    ["", readable.public === true && signed && "the page stays readable after the signed link has ended"],
    ["", readable.public !== false && readable.note],
  ]
  const lines = facts.flatMap(([name, value]) => (value ? [`  ${name.padEnd(15)}${terminalText(value)}`] : []))
  terminal.stderr.write(`\n${lines.join("\n")}\n\n`)
  return { acceptRetention: retention !== undefined }
}

function describeAccess(isPublic: boolean | null): string {
  if (isPublic === null) return "it cannot be told from here who can open links into it"
  return isPublic ? "everyone who has the link" : "those who may read in it; its links are not public"
}

async function summarizeContent(session: Session): Promise<string> {
  let [prompts, answers, steps, files] = [0, 0, 0, 0]
  const read = startOfSession()
  for await (const message of session.messages(read)) {
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
    [await countSubagents(session, read), "subagent"],
  ] as const
  return counts.flatMap(([n, name]) => (n === 0 ? [] : [`${n} ${name}${n === 1 ? "" : "s"}`])).join(", ")
}

async function ask({ terminal, preview }: ConfirmShareOptions): Promise<void> {
  for (;;) {
    const answer = await promptChoice(terminal, "Share it?", [
      { value: "yes", label: "Share" },
      { value: "preview", label: "Look at it first", hint: "opens it from this machine" },
      { value: "no", label: "Do not share" },
    ])
    if (answer === "yes") return
    if (answer !== "preview") throw new ShareError("bad-usage", "The session was not shared.")
    await preview()
  }
}
