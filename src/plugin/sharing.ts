import { ShareError } from "../errors.ts"
import type { SecretCount } from "../redact/secrets.ts"
import { describeRedactions } from "../share/describe-redactions.ts"
import type { LedgerEntry } from "../share/ledger.ts"
import type { CreatedShare, ShareBackend } from "../share-api/share-api.ts"
import type { OpencodeEvent } from "./opencode.ts"
import { sessionTree } from "./session-tree.ts"
import type { Tell } from "./tell.ts"
import { touchedMessages } from "./touched.ts"
import { keepUpdated } from "./updates.ts"
import type { Publisher } from "./worker-client.ts"

/** Changes of a session are gathered for so many milliseconds before they are published. */
const GATHERED = 2_000

/** The shares of one project's folder in this process. */
export interface Sharing {
  /** What OpenCode's share protocol asks for. */
  backend: ShareBackend
  /** Something has happened in OpenCode. Never throws. */
  noticed(event: OpencodeEvent): void
  /** Publishes what is still to be published; resolves when that is done, failed or not. */
  settled(): Promise<void>
}

export interface SharingOptions {
  publisher: Publisher
  folder: string
  /** Where the publisher reads sessions from. */
  api: string
  /** What this machine remembers of shares. */
  known: () => Promise<LedgerEntry[]>
  tell: Tell
  /** Why nothing new may be shared, if so. */
  objection?: () => ShareError | undefined
  /** Milliseconds in which changes are gathered. */
  gathered?: number
}

export function sharing(options: SharingOptions): Sharing {
  const { publisher, folder, api, known, tell, objection, gathered = GATHERED } = options
  const tree = sessionTree()
  const messages = touchedMessages()
  /** Shares by their session. */
  const shares = new Map<string, string>()
  const creating = new Map<string, Promise<CreatedShare>>()
  const changedMeanwhile = new Set<string>()
  /** Shares that were taken back: OpenCode may still send what has changed before. */
  const removed = new Set<string>()
  /** Shares that OpenCode was just told of: the first it sends of one is all of the session, as it was published. */
  const fresh = new Set<string>()
  /** Links by session, until OpenCode has noted them with it: that alone is no change that has to be published. */
  const linked = new Map<string, { url: string; title: unknown }>()
  /** Sessions that were looked up in the ledger, once each: one that was shared before this process has no other trace. */
  const lookups = new Map<string, Promise<void>>()
  /** What was redacted from shares, as the user was told. */
  const hidden = new Map<string, string>()
  /** Shares whose updates fail, of which the user was told. */
  const failing = new Set<string>()

  const updates = keepUpdated(async (id) => {
    const known = [...shares].find(([, share]) => share === id)?.[0]
    const touched = known === undefined ? undefined : messages.read(known)
    try {
      const { session, found } = await publisher.ask({ job: "update", id, folder, api, ...(touched && { touched }) })
      shares.set(String(session), id)
      tellRedacted(id, found as SecretCount[] | undefined)
      failing.delete(id)
    } catch (error) {
      if (known !== undefined) messages.lost(known)
      const code = error instanceof ShareError ? error.code : undefined
      const isOver = code === "share-not-found" || code === "session-not-found" || code === "sharing-disabled"
      if (!failing.has(id) && code !== "session-not-found") tell("The share was not brought up to date", error)
      failing.add(id)
      if (!isOver) throw error
      if (code !== "sharing-disabled") forgetShare(id)
    }
  }, gathered)

  function forgetShare(id: string): void {
    for (const [session, share] of shares) if (share === id) shares.delete(session)
  }

  function tellRedacted(id: string, found: SecretCount[] = []): void {
    const words = describeRedactions(found)
    if (words === undefined || hidden.get(id) === words) return
    hidden.set(id, words)
    tell("Redacted from the share", words, "info")
  }

  async function create(session: string): Promise<CreatedShare> {
    messages.read(session)
    try {
      const refused = objection?.()
      if (refused) throw refused
      const made = await publisher.ask({ job: "share", session, folder, api })
      const { id, url, secret, found } = made as unknown as CreatedShare & { found?: SecretCount[] }
      shares.set(session, id)
      failing.delete(id)
      fresh.add(id)
      linked.set(session, { url, title: made["title"] })
      tellRedacted(id, found)
      // OpenCode itself says only that the link was copied.
      if (made["note"] !== undefined && made["seen"] !== "local") tell("About the link", made["note"], "info")
      return { id, url, secret }
    } catch (error) {
      messages.lost(session)
      tell("The session was not shared", error, "failed-request")
      throw error
    }
  }

  function created(session: string): void {
    creating.delete(session)
    if (changedMeanwhile.delete(session)) changed(session, true)
  }

  function changed(session: string, rested: boolean): void {
    const id = shares.get(session)
    if (creating.has(session)) changedMeanwhile.add(session)
    else if (id === undefined) lookUp(session)
    else touched(id, rested)
  }

  function touched(id: string, rested = false): void {
    if (removed.has(id)) return
    updates.changed(id)
    if (rested) updates.rested(id)
  }

  function isNotedLink(session: string, { type, properties }: OpencodeEvent): boolean {
    const link = linked.get(session)
    const info = properties?.info
    if (type !== "session.updated" || !link || info?.id !== session || info.share?.url !== link.url) return false
    linked.delete(session)
    return info.title === link.title
  }

  function lookUp(session: string): void {
    if (lookups.has(session)) return
    const find = async () => {
      // Of a share that was made by the command line alone, OpenCode knows nothing: it stays as it was made.
      const entry = (await known()).find((entry) => entry.session === session && entry.secret !== undefined)
      if (!entry || shares.has(session)) return
      shares.set(session, entry.id)
      touched(entry.id)
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
        if (fresh.delete(id)) await publisher.ask({ job: "confirm", id, folder }).catch(() => {})
        else touched(id)
      },
      async remove(id, secret) {
        removed.add(id)
        fresh.delete(id)
        await updates.forget(id)
        try {
          const removal = await publisher.ask({ job: "unshare", id, secret, folder })
          forgetShare(id)
          if (removal["proven"] === false) tell("The share was deleted", removal["note"] ?? "", "info")
        } catch (error) {
          removed.delete(id)
          tell("The share was not removed", error, "failed-request")
          throw error
        }
      },
    },
    noticed(event) {
      const session = tree.rootOf(event)
      if (session !== undefined) messages.noticed(event)
      if (session === undefined || event.type === "session.deleted" || isNotedLink(session, event)) return
      changed(session, event.type === "session.idle")
    },
    async settled() {
      // `opencode run --share` neither waits for the share that it asked for nor for its last changes.
      await Promise.allSettled([...creating.values(), ...lookups.values()])
      await updates.settled()
    },
  }
}
