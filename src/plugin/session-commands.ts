import { ShareError } from "../errors.ts"
import { terminalText, titleLine } from "../lib/terminal-text.ts"
import type { SecretCount } from "../redact/marks/secrets.ts"
import { describeRedactions } from "../share/describe-redactions.ts"
import type { ListedShare } from "../share/list.ts"
import type { Proposal, SharedByCommand } from "./session-jobs.ts"
import type { WorkerClient } from "./worker-client.ts"

/** What the commands need of OpenCode's terminal, of either generation. Texts are escaped before they get there. */
export interface SessionUi {
  toast(toast: { variant: "info" | "success" | "error"; title?: string; message: string; duration?: number }): void
  /** Asks a question; undefined if this OpenCode has no dialogs. */
  confirm: ((question: Confirmation) => Promise<boolean>) | undefined
  /** Offers a list; undefined if this OpenCode has no dialogs. */
  select: (<Value>(title: string, choices: Choice<Value>[]) => Promise<Value | undefined>) | undefined
  /** Closes the dialog on the screen. */
  close(): void
  /** Copies a text. Returns whether the terminal accepted it. */
  copy(text: string): boolean
  /** Id of the session on the screen. */
  currentSession(): string | undefined
}

export interface Confirmation {
  title: string
  message: string
  yes: string
}

export interface Choice<Value> {
  title: string
  value: Value
  description?: string
  footer?: string
}

export interface SessionCommandsOptions {
  ui: SessionUi
  worker: WorkerClient
  folder: string
  /** Reads a session that this machine's database does not have, as JSON: the terminal may show another machine's. */
  readElsewhere?: (session: string) => Promise<string>
  /** Removes a share from the list; default: through the worker. Resolves to false if the worker shall do it. */
  unshareListed?: (share: ListedShare) => Promise<boolean>
  /** Called with a session that was read elsewhere and is shared now. */
  onSharedElsewhere?: (session: string) => void
}

/** The commands `/share`, `/unshare` and `/shares`. Each shows its own errors and never rejects. */
export interface SessionCommands {
  share(): Promise<void>
  unshare(): Promise<void>
  shares(): Promise<void>
}

/** Time that a toast with a link or an error stays. */
const LONG_TOAST_MS = 15_000

export function sessionCommands(options: SessionCommandsOptions): SessionCommands {
  const { worker, folder, readElsewhere, unshareListed, onSharedElsewhere } = options
  const ui = escapingUi(options.ui)

  async function share(): Promise<void> {
    const session = currentSession()
    ui.toast({ variant: "info", message: "Reading the session…" })
    const { proposal, record } = await propose(session)
    if (proposal.asks && !(await agreed(proposal, session)))
      return ui.toast({ variant: "info", message: "The session was not shared." })
    ui.toast({ variant: "info", message: proposal.isShared ? "Updating the share…" : "Publishing…" })
    const job = { job: "share-session", session, folder, ...(record !== undefined && { record }) } as const
    const shared = (await worker.run(job)) as unknown as SharedByCommand
    if (record !== undefined) onSharedElsewhere?.(session)
    showLink(shared)
  }

  async function propose(session: string): Promise<{ proposal: Proposal; record?: string }> {
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

  async function agreed(proposal: Proposal, session: string): Promise<boolean> {
    if (!ui.confirm)
      throw new ShareError("bad-usage", "This version of OpenCode has no dialog to ask with before the first share.", {
        hint: `Share it once from the command line: opencode-bucket share ${session}`,
      })
    const { title, contains, redacted, to, visibleTo } = proposal
    const facts = [
      `"${titleLine(title) || "Untitled session"}": ${contains}.`,
      `Redacted: ${redacted}.`,
      `To ${to}. Visible to ${visibleTo}.`,
    ]
    return ui.confirm({ title: "Share this session?", message: facts.join(" "), yes: "Share" })
  }

  function showLink({ url, note, seen, found }: SharedByCommand): void {
    const isCopied = ui.copy(url)
    const more = [redactedText(found), note !== undefined && seen !== "local" ? note : undefined]
    ui.toast({
      variant: "success",
      title: isCopied ? "Shared, link copied" : "Shared",
      message: [url, ...more.filter((text) => text !== undefined)].join(" "),
      duration: LONG_TOAST_MS,
    })
  }

  async function unshare(): Promise<void> {
    const session = currentSession()
    ui.toast({ variant: "info", message: "Removing…" })
    const { count, proven, note } = await worker.run({ job: "unshare-session", session, folder })
    if (count === 0) ui.toast({ variant: "info", message: "This session is not shared." })
    else showRemoval(proven, note)
  }

  function showRemoval(proven: unknown, note: unknown): void {
    if (proven === false)
      ui.toast({ variant: "info", message: `Share removed. ${note ?? ""}`, duration: LONG_TOAST_MS })
    else ui.toast({ variant: "success", message: "Share removed and verified." })
  }

  async function shares(): Promise<void> {
    if (!ui.select)
      throw new ShareError("bad-usage", "This version of OpenCode has no dialog for a list.", {
        hint: "List your shares from the command line: opencode-bucket list",
      })
    ui.toast({ variant: "info", message: "Loading shares…" })
    const listed = ((await worker.run({ job: "list", folder })) as { shares: ListedShare[] }).shares
    if (listed.length === 0) return ui.toast({ variant: "info", message: "No shares" })
    const choices = listed.reverse().map((share) => ({
      title: share.title || share.id,
      value: share,
      description: share.state === "shared" ? share.store : `${share.state}, ${share.store}`,
      footer: share.updated.slice(0, 10),
    }))
    const chosen = await ui.select("Shares", choices)
    if (chosen) await showShare(chosen)
  }

  async function showShare(share: ListedShare): Promise<void> {
    const action = await ui.select?.(share.title || share.id, [
      { title: "Copy link", value: "copy", description: share.url },
      { title: "Open in the browser", value: "open" },
      { title: "Unshare", value: "unshare", description: "Deletes every object of the share" },
      { title: "Back", value: "back" },
    ])
    if (action === "back") return shares()
    if (action === "copy") {
      ui.copy(share.url)
      ui.close()
      ui.toast({ variant: "success", message: "Link copied" })
    }
    if (action === "open") {
      ui.close()
      await worker.run({ job: "open", url: share.url, folder })
    }
    if (action === "unshare") await removeListed(share)
  }

  async function removeListed(share: ListedShare): Promise<void> {
    const { id, url } = share
    const message = `Delete every object and version of ${url}?`
    if (!(await ui.confirm?.({ title: "Unshare", message, yes: "Unshare" }))) return shares()
    ui.toast({ variant: "info", message: "Removing…" })
    if (await unshareListed?.(share)) ui.toast({ variant: "success", message: "Share removed." })
    else {
      const { proven, note } = await worker.run({ job: "unshare", id, folder })
      showRemoval(proven, note)
    }
    await shares()
  }

  function currentSession(): string {
    const session = ui.currentSession()
    if (session === undefined) throw new ShareError("bad-usage", "Open a session first.")
    return session
  }

  const shown = (failure: string, work: () => Promise<void>) => () =>
    work().catch((error: unknown) => {
      const { message } = error as Error
      const hint = error instanceof ShareError && error.hint ? ` ${error.hint}` : ""
      ui.toast({ variant: "error", title: failure, message: `${message}${hint}`, duration: LONG_TOAST_MS })
    })

  return {
    share: shown("The session was not shared", share),
    unshare: shown("The share was not removed", unshare),
    shares: shown("opencode-bucket", shares),
  }
}

function redactedText(found: readonly SecretCount[] | undefined): string | undefined {
  const words = describeRedactions(found ?? [])
  return words === undefined ? undefined : `Redacted: ${words}.`
}

/** Escapes all texts for the terminal: titles, stores and links come from a bucket. */
export function escapingUi(ui: SessionUi): SessionUi {
  const { confirm, select } = ui
  return {
    ...ui,
    toast: ({ title, message, ...rest }) =>
      ui.toast({ ...rest, ...(title !== undefined && { title: titleLine(title) }), message: terminalText(message) }),
    confirm:
      confirm &&
      (({ title, message, yes }) => confirm({ title: titleLine(title), message: terminalText(message), yes })),
    select:
      select &&
      ((title, choices) =>
        select(
          titleLine(title),
          choices.map((choice) => ({
            ...choice,
            title: titleLine(choice.title),
            ...(choice.description !== undefined && { description: terminalText(choice.description) }),
            ...(choice.footer !== undefined && { footer: terminalText(choice.footer) }),
          })),
        )),
  }
}
