import { ShareError } from "../errors.ts"
import type { SecretCount } from "../redact/secrets.ts"
import { describeRedactions } from "../share/describe-redactions.ts"
import type { LedgerEntry } from "../share/ledger.ts"
import type { CreatedShare, ShareBackend } from "../share-api/share-api.ts"
import { changeTracker } from "./change-tracker.ts"
import { debouncedPublisher } from "./debounced-publisher.ts"
import type { Notify } from "./notifier.ts"
import type { OpencodeEvent } from "./opencode.ts"
import { sessionTree } from "./session-tree.ts"
import type { WorkerClient } from "./worker-client.ts"

/** Changes of a session are gathered for so many milliseconds before they are published. */
const DEBOUNCE_MS = 2_000

/** The shares of one project's folder in this process. */
export interface Sharing {
  /** What OpenCode's share protocol asks for. */
  backend: ShareBackend
  /** Something has happened in OpenCode. Never throws. */
  handleEvent(event: OpencodeEvent): void
  /** Publishes what is still to be published; resolves when that is done, failed or not. */
  flush(): Promise<void>
}

export interface SharingOptions {
  worker: WorkerClient
  folder: string
  /** Where the publisher reads sessions from. */
  api: string
  /** What this machine remembers of shares. */
  ledgerEntries: () => Promise<LedgerEntry[]>
  notify: Notify
  /** Why nothing new may be shared, if so. */
  objection?: () => ShareError | undefined
  /** Milliseconds in which changes are gathered. */
  debounceMs?: number
}

export function sharing(options: SharingOptions): Sharing {
  const { worker, folder, api, ledgerEntries, notify, objection, debounceMs: gathered = DEBOUNCE_MS } = options
  const tree = sessionTree()
  const messages = changeTracker()
  /** Shares by their session. */
  const shares = new Map<string, string>()
  const creating = new Map<string, Promise<CreatedShare>>()
  const changedDuringCreate = new Set<string>()
  /** Shares that were taken back: OpenCode may still send what has changed before. */
  const removed = new Set<string>()
  /** Shares that OpenCode was just told of: the first it sends of one is all of the session, as it was published. */
  const unconfirmed = new Set<string>()
  /** Links by session, until OpenCode has noted them with it: that alone is no change that has to be published. */
  const pendingLinks = new Map<string, { url: string; title: unknown }>()
  /** Sessions that were looked up in the ledger, once each: one that was shared before this process has no other trace. */
  const lookups = new Map<string, Promise<void>>()
  /** What was redacted from shares, as the user was told. */
  const notifiedRedactions = new Map<string, string>()
  /** Shares whose updates fail, of which the user was told. */
  const failing = new Set<string>()

  const updates = debouncedPublisher(async (id) => {
    const known = [...shares].find(([, share]) => share === id)?.[0]
    const changedMessages = known === undefined ? undefined : messages.takeChanges(known)
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
      if (known !== undefined) messages.reset(known)
      const code = error instanceof ShareError ? error.code : undefined
      const isOver = code === "share-not-found" || code === "session-not-found" || code === "sharing-disabled"
      if (!failing.has(id) && code !== "session-not-found") notify("The share was not brought up to date", error)
      failing.add(id)
      if (!isOver) throw error
      if (code !== "sharing-disabled") forgetShare(id)
    }
  }, gathered)

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
      // OpenCode itself says only that the link was copied.
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
    else if (id === undefined) lookUp(session)
    else publishLater(id, rested)
  }

  function publishLater(id: string, rested = false): void {
    if (removed.has(id)) return
    updates.schedule(id)
    if (rested) updates.flush(id)
  }

  function isNotedLink(session: string, { type, properties }: OpencodeEvent): boolean {
    const link = pendingLinks.get(session)
    const info = properties?.info
    if (type !== "session.updated" || !link || info?.id !== session || info.share?.url !== link.url) return false
    pendingLinks.delete(session)
    return info.title === link.title
  }

  function lookUp(session: string): void {
    if (lookups.has(session)) return
    const find = async () => {
      // Of a share that was made by the command line alone, OpenCode knows nothing: it stays as it was made.
      const entry = (await ledgerEntries()).find((entry) => entry.session === session && entry.secret !== undefined)
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
        // OpenCode may ask twice at once.
        const made = creating.get(session) ?? create(session).finally(() => created(session))
        creating.set(session, made)
        return made
      },
      async sync(id) {
        // What it sends is not looked at: the session is read from OpenCode itself.
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
      // `opencode run --share` neither waits for the share that it asked for nor for its last changes.
      await Promise.allSettled([...creating.values(), ...lookups.values()])
      await updates.flushAll()
    },
  }
}
