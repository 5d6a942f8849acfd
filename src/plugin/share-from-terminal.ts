import { ShareError } from "../errors.ts"
import { titleLine } from "../lib/terminal-text.ts"
import type { SecretCount } from "../redact/marks/secrets.ts"
import { describeRedactions } from "../share/describe-redactions.ts"
import { linkNote } from "./link-note.ts"
import type { SessionCommandsOptions } from "./session-commands-options.ts"
import type { Proposal, SharedByCommand } from "./session-jobs.ts"
import { currentSession, LONG_TOAST_MS, type SessionUi } from "./session-ui.ts"

/**
 * `/share`: creates or updates the share of the session on the screen, after a question before the first one to a
 * destination. Throws what reading and sharing throw.
 */
export async function shareFromTerminal(options: SessionCommandsOptions): Promise<void> {
  const { ui, worker, folder, onSharedElsewhere } = options
  const session = currentSession(ui)
  ui.toast({ variant: "info", message: "Reading the session…" })
  const { proposal, record } = await propose(session, options)
  if (proposal.asks && !(await agreed(proposal, session, ui)))
    return ui.toast({ variant: "info", message: "The session was not shared." })
  ui.toast({ variant: "info", message: proposal.isShared ? "Updating the share…" : "Publishing…" })
  const job = { job: "share-session", session, folder, ...(record !== undefined && { record }) } as const
  const shared = (await worker.run(job)) as unknown as SharedByCommand
  if (record !== undefined) onSharedElsewhere?.(session)
  showLink(shared, ui)
}

async function propose(
  session: string,
  { worker, folder, readElsewhere }: SessionCommandsOptions,
): Promise<{ proposal: Proposal; record?: string }> {
  const job = { job: "propose-session", session, folder } as const
  try {
    return { proposal: (await worker.run(job)) as unknown as Proposal }
  } catch (error) {
    const isElsewhere = error instanceof ShareError && error.code === "session-not-found"
    if (!isElsewhere || !readElsewhere) throw error
    const record = await readElsewhere(session)
    return { proposal: (await worker.run({ ...job, record })) as unknown as Proposal, record }
  }
}

async function agreed(proposal: Proposal, session: string, ui: SessionUi): Promise<boolean> {
  if (!ui.confirm)
    throw new ShareError("bad-usage", "This version of OpenCode has no dialog to ask with before the first share.", {
      hint: `Share it once from the command line: opencode-bucket share ${session}`,
    })
  const { title, contains, redacted, placeholders, to, visibleTo } = proposal
  const facts = [
    `"${titleLine(title) || "Untitled session"}": ${contains}.`,
    `Redacted: ${redacted}.`,
    ...(placeholders === undefined ? [] : [`${placeholders}; redact.patterns of your settings hides them.`]),
    `To ${to}. Visible to ${visibleTo}.`,
  ]
  return ui.confirm({ title: "Share this session?", message: facts.join(" "), yes: "Share" })
}

function showLink(shared: SharedByCommand, ui: SessionUi): void {
  const { url, found } = shared
  const isCopied = ui.copy(url)
  const more = [redactedText(found), linkNote({ ...shared })]
  ui.toast({
    variant: "success",
    title: isCopied ? "Shared, link copied" : "Shared",
    message: [url, ...more.filter((text) => text !== undefined)].join(" "),
    duration: LONG_TOAST_MS,
  })
}

function redactedText(found: readonly SecretCount[] | undefined): string | undefined {
  const words = describeRedactions(found ?? [])
  return words === undefined ? undefined : `Redacted: ${words}.`
}
