import { ShareError } from "../errors.ts"
import { terminalText, titleLine } from "../lib/terminal-text.ts"
import type { SecretCount } from "../redact/marks/secrets.ts"
import type { Session } from "../session/model.ts"
import { describeRedactions, placeholdersLine } from "../share/describe-redactions.ts"
import { probeStoreOnce } from "../share/ensure-erasable.ts"
import type { Lifetime } from "../share/expiry.ts"
import type { Ledger } from "../share/ledger.ts"
import { describeRetention } from "../share/retention.ts"
import { newShareId } from "../share/share-id.ts"
import { describeAccess, summarizeContent } from "../share/summarize-content.ts"
import type { ObjectStore } from "../store/object-store.ts"
import type { Destination } from "../store/open-store.ts"
import { promptChoice, promptYesNo } from "./prompt.ts"
import { statusLine, type Terminal } from "./terminal.ts"

export interface ConfirmShareOptions {
  store: ObjectStore
  /** The settings `store` was opened from; the result of its write test is cached under them in the ledger. */
  destination: Destination
  ledger: Ledger
  /** The destination as text for people. */
  place: string
  terminal: Terminal
  /** The expiry date as text for people; undefined if the share never expires. */
  ends: string | undefined
  lifetime: Lifetime | undefined
  /** Lifetime of the presigned link, such as `24h`, if one was requested. */
  signed?: string | undefined
  /** Redactions by kind. */
  found: readonly SecretCount[]
  /** Number of values that look like made-up secrets. */
  placeholders: number
  /** Renders the session into a local folder and opens it. */
  preview: () => Promise<void>
}

/** The user's consent besides sharing itself. */
export interface ShareConsent {
  /** Object lock retention was shown and accepted. */
  acceptRetention: boolean
}

/**
 * Shows what will be visible, where and to whom, then asks for confirmation. Throws `bad-usage` if the user declines,
 * and any error of the store's write test.
 */
export async function confirmShare(session: Session, options: ConfirmShareOptions): Promise<ShareConsent> {
  const agreement = await showFacts(options, [
    ["Conversation", titleLine(session.info.title) || "Untitled session"],
    ["Contains", await summarizeContent(session)],
    ["Redacted", describeRedactions(options.found) ?? "nothing (no secrets found)"],
    ["", placeholdersLine(options.placeholders)],
    ["Signed link", options.signed && `anyone with the link can open it for ${options.signed}`],
  ])
  await ask(options)
  return agreement
}

export interface ConfirmShareAllOptions
  extends Pick<ConfirmShareOptions, "store" | "destination" | "ledger" | "place" | "terminal" | "ends" | "lifetime"> {
  /** Number of sessions, and number of those not shared yet. */
  count: number
  fresh: number
}

/** `confirmShare` for many sessions, asked once. */
export async function confirmShareAll(options: ConfirmShareAllOptions): Promise<ShareConsent> {
  const { count, fresh, terminal } = options
  const agreement = await showFacts(options, [
    ["Conversations", fresh === count ? String(count) : `${count}, ${fresh} of which are not shared yet`],
    ["Redacted", "secrets are redacted, as in every share; use preview to check one session"],
  ])
  if (!(await promptYesNo(terminal, "Share all of them, each under its own link?")))
    throw new ShareError("cancelled", "Cancelled. Nothing was shared.")
  return agreement
}

type LabelledFact = readonly [name: string, value: string | false | undefined]

/** Shows the given facts, then the destination's, after testing that it can be written and deleted. */
async function showFacts(
  options: Omit<ConfirmShareAllOptions, "count" | "fresh"> & Pick<ConfirmShareOptions, "signed">,
  what: LabelledFact[],
): Promise<ShareConsent> {
  const { store, destination, ledger, place, ends, lifetime, signed, terminal } = options
  const status = statusLine(terminal, false)
  status.show(`Checking who can read ${store.name}…`)
  const retention = await store.remote?.retention()
  const asked = { store, destination, ledger, newId: newShareId, acceptRetention: retention !== undefined }
  const readable = await probeStoreOnce(asked).finally(status.clear)
  const facts: LabelledFact[] = [
    ...what,
    ["Destination", place],
    ["Expires", ends],
    ["Object lock", retention && describeRetention(retention, lifetime, new Date())],
    ["Visible to", describeAccess(readable.public)],
    ["", readable.public === true && signed && "the page stays readable after the signed link expires"],
    ["", readable.public !== false && readable.note],
  ]
  const lines = facts.flatMap(([name, value]) => (value ? [`  ${name.padEnd(15)}${terminalText(value)}`] : []))
  terminal.stderr.write(`\n${lines.join("\n")}\n\n`)
  return { acceptRetention: retention !== undefined }
}

async function ask({ terminal, preview }: ConfirmShareOptions): Promise<void> {
  for (;;) {
    const answer = await promptChoice(terminal, "Share it?", [
      { value: "yes", label: "Share" },
      { value: "preview", label: "Preview first", hint: "opens it locally" },
      { value: "no", label: "Cancel" },
    ])
    if (answer === "yes") return
    if (answer !== "preview") throw new ShareError("cancelled", "Cancelled. The session was not shared.")
    await preview()
  }
}
