import { ShareError } from "../errors.ts"
import { debouncedWorker } from "../lib/debounced-worker.ts"
import type { SecretCount } from "../redact/marks/secrets.ts"
import { describeRedactions } from "../share/describe-redactions.ts"
import type { LedgerEntry } from "../share/ledger/ledger-entry.ts"
import type { CreatedShare, ShareBackend } from "../share-api/share-api.ts"
import { changeTracker } from "./change-tracker.ts"
import type { Notify } from "./notifier.ts"
import type { OpencodeEvent } from "./opencode.ts"
import { sessionTree } from "./session-tree.ts"
import type { WorkerClient } from "./worker-client.ts"

/** Debounce time between a change and its publish. */
const DEBOUNCE_MS = 2_000
const FIRST_RETRY_MS = 15_000
const MAX_RETRY_MS = 300_000
/** While a session changes, at most 1/N of the time is spent publishing it. */
const DUTY_CYCLE_DIVISOR = 5

/** The shares of one project's folder in this process. */
export interface Sharing {
  /** Implementation of OpenCode's share protocol. */
  backend: ShareBackend
  /** Handles an OpenCode event. Never throws. */
  handleEvent(event: OpencodeEvent): void
  /** Publishes all pending changes; resolves when done, also after failures. */
  flush(): Promise<void>
}

export interface SharingOptions {
  worker: WorkerClient
  folder: string
  /** Base URL from which the worker reads sessions. */
  api: string
  /** Reads the shares recorded on this machine. */
  ledgerEntries: () => Promise<LedgerEntry[]>
  notify: Notify
  /** Returns why new shares are blocked, or undefined. */
  objection?: () => ShareError | undefined
  /** Debounce time in milliseconds. */
  debounceMs?: number
}

export function sharing(options: SharingOptions): Sharing {
  const { worker, folder, api, ledgerEntries, notify, objection, debounceMs = DEBOUNCE_MS } = options
  const tree = sessionTree()
  const messages = changeTracker()
  /** Share ids by session id. */
  const shares = new Map<string, string>()
  const creating = new Map<string, Promise<CreatedShare>>()
  const changedDuringCreate = new Set<string>()
  /** Removed shares: OpenCode may still send earlier changes. */
  const removed = new Set<string>()
  /** Newly created shares: OpenCode's first sync of each repeats the state that was just published. */
  const unconfirmed = new Set<string>()
  /** Links by session, until OpenCode has stored them: storing the link is not a change to publish. */
  const pendingLinks = new Map<string, { url: string; title: unknown }>()
  /** Ledger lookups by session: shares of other processes are recorded only there. */
  const lookups = new Map<string, Promise<void>>()
  /** Redactions by share, as last shown to the user. */
  const notifiedRedactions = new Map<string, string>()
  /** Shares with failing updates; the user is notified once. */
  const failing = new Set<string>()

  const updates = debouncedWorker({
    work: publishChanges,
    debounceMs,
    firstRetryMs: FIRST_RETRY_MS,
    maxRetryMs: MAX_RETRY_MS,
    dutyCycleDivisor: DUTY_CYCLE_DIVISOR,
  })

  async function publishChanges(id: string): Promise<void> {
    const shared = [...shares].find(([, share]) => share === id)?.[0]
    const changedMessages = shared === undefined ? undefined : messages.takeChanges(shared)
    try {
      const { session, found } = await worker.run({
        job: "update",
        id,
        folder,
        api,
        ...(changedMessages && { changedMessages }),
      })
      shares.set(String(session), id)
      notifyRedacted(id, found as SecretCount[] | undefined)
      failing.delete(id)
    } catch (error) {
      if (shared !== undefined) messages.reset(shared)
      const code = error instanceof ShareError ? error.code : undefined
      const isOver = code === "share-not-found" || code === "session-not-found" || code === "sharing-disabled"
      if (!failing.has(id) && code !== "session-not-found") notify("The share was not updated", error)
      failing.add(id)
      if (!isOver) throw error
      if (code !== "sharing-disabled") forgetShare(id)
    }
  }

  function forgetShare(id: string): void {
    for (const [session, share] of shares) if (share === id) shares.delete(session)
  }

  function notifyRedacted(id: string, found: SecretCount[] = []): void {
    const words = describeRedactions(found)
    if (words === undefined || notifiedRedactions.get(id) === words) return
    notifiedRedactions.set(id, words)
    notify("Redacted from the share", words, "info")
  }

  async function create(session: string): Promise<CreatedShare> {
    messages.takeChanges(session)
    try {
      const refused = objection?.()
      if (refused) throw refused
      const made = await worker.run({ job: "share", session, folder, api })
      const { id, url, secret, found } = made as unknown as CreatedShare & { found?: SecretCount[] }
      shares.set(session, id)
      failing.delete(id)
      unconfirmed.add(id)
      pendingLinks.set(session, { url, title: made["title"] })
      notifyRedacted(id, found)
      // OpenCode itself reports only that the link was copied.
      if (made["note"] !== undefined && made["seen"] !== "local") notify("About the link", made["note"], "info")
      return { id, url, secret }
    } catch (error) {
      messages.reset(session)
      notify("The session was not shared", error, "failed-request")
      throw error
    }
  }

  function created(session: string): void {
    creating.delete(session)
    if (changedDuringCreate.delete(session)) changed(session, true)
  }

  function changed(session: string, rested: boolean): void {
    const id = shares.get(session)
    if (creating.has(session)) changedDuringCreate.add(session)
    else if (id === undefined) lookUp(session, rested)
    else publishLater(id, rested)
  }

  function publishLater(id: string, rested = false): void {
    if (removed.has(id)) return
    updates.schedule(id)
    if (rested) void updates.flush(id)
  }

  function isNotedLink(session: string, { type, properties }: OpencodeEvent): boolean {
    const link = pendingLinks.get(session)
    const info = properties?.info
    if (type !== "session.updated" || !link || info?.id !== session || info.share?.url !== link.url) return false
    pendingLinks.delete(session)
    return info.title === link.title
  }

  function lookUp(session: string, rested: boolean): void {
    // At rest again: from OpenCode 1.19.1 on, the terminal shares without this process.
    if (lookups.has(session) && !rested) return
    const find = async () => {
      // Shares made by the command line have neither: they are not updated.
      const isFollowed = ({ secret, follows }: LedgerEntry) => secret !== undefined || follows === true
      const entry = (await ledgerEntries()).find((entry) => entry.session === session && isFollowed(entry))
      if (!entry || shares.has(session)) return
      shares.set(session, entry.id)
      publishLater(entry.id)
    }
    lookups.set(
      session,
      find().catch(() => {}),
    )
  }

  return {
    backend: {
      create(session) {
        // OpenCode may send two requests at once.
        const made = creating.get(session) ?? create(session).finally(() => created(session))
        creating.set(session, made)
        return made
      },
      async sync(id) {
        // The request body is ignored: the session is read through OpenCode's API.
        if (unconfirmed.delete(id)) await worker.run({ job: "confirm", id, folder }).catch(() => {})
        else publishLater(id)
      },
      async remove(id, secret) {
        removed.add(id)
        unconfirmed.delete(id)
        await updates.cancel(id)
        try {
          const removal = await worker.run({ job: "unshare", id, secret, folder })
          forgetShare(id)
          if (removal["proven"] === false) notify("The share was deleted", removal["note"] ?? "", "info")
        } catch (error) {
          removed.delete(id)
          notify("The share was not removed", error, "failed-request")
          throw error
        }
      },
    },
    handleEvent(event) {
      const session = tree.rootOf(event)
      if (session !== undefined) messages.observe(event)
      if (session === undefined || event.type === "session.deleted" || isNotedLink(session, event)) return
      changed(session, event.type === "session.idle")
    },
    async flush() {
      // `opencode run --share` exits without waiting for the share or its last changes.
      await Promise.allSettled([...creating.values(), ...lookups.values()])
      await updates.flush()
    },
  }
}
