import { ShareError } from "../errors.ts"
import { type DebouncedWorker, debouncedWorker } from "../lib/debounced-worker.ts"
import type { SecretCount } from "../redact/marks/secrets.ts"
import type { LedgerEntry } from "../share/ledger/ledger-entry.ts"
import type { CreatedShare, ShareBackend } from "../share-api/share-api.ts"
import { type ChangeTracker, changeTracker } from "./change-tracker.ts"
import { type FollowedShares, followedShares } from "./followed-shares.ts"
import { linkNote } from "./link-note.ts"
import type { Notify } from "./notifier.ts"
import type { OpencodeEvent } from "./opencode.ts"
import { type PendingLinks, pendingLinks } from "./pending-links.ts"
import { sessionTree } from "./session-tree.ts"
import { type ShareNotices, shareNotices } from "./share-notices.ts"
import { UPDATE_TIMING } from "./update-timing.ts"
import type { WorkerClient } from "./worker-client.ts"

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

/** State of the sessions of a project's folder and their shares. */
interface SharingState {
  options: SharingOptions
  messages: ChangeTracker
  shares: FollowedShares
  notices: ShareNotices
  links: PendingLinks
  updates: DebouncedWorker
  /** Sessions that are being shared for the first time. */
  creating: Map<string, Promise<CreatedShare>>
  changedDuringCreate: Set<string>
  /** Removed shares: OpenCode may still send earlier changes. */
  removed: Set<string>
  /** Newly created shares: OpenCode's first sync of each repeats the state that was just published. */
  unconfirmed: Set<string>
}

export function sharing(options: SharingOptions): Sharing {
  const tree = sessionTree()
  const updates = debouncedWorker({
    work: (id) => publishChanges(id, state),
    ...UPDATE_TIMING,
    ...(options.debounceMs !== undefined && { debounceMs: options.debounceMs }),
  })
  const state: SharingState = {
    options,
    messages: changeTracker(),
    shares: followedShares(options.ledgerEntries),
    notices: shareNotices(options.notify),
    links: pendingLinks(),
    updates,
    creating: new Map(),
    changedDuringCreate: new Set(),
    removed: new Set(),
    unconfirmed: new Set(),
  }
  return {
    backend: shareBackend(state),
    handleEvent(event) {
      const session = tree.rootOf(event)
      if (session !== undefined) state.messages.observe(event)
      if (session === undefined || event.type === "session.deleted" || state.links.isStoring(session, event)) return
      changed(session, event.type === "session.idle", state)
    },
    async flush() {
      // `opencode run --share` exits without waiting for the share or its last changes.
      await Promise.allSettled([...state.creating.values(), state.shares.settled()])
      await updates.flush()
    },
  }
}

/** OpenCode's share protocol. */
function shareBackend(state: SharingState): ShareBackend {
  const { creating, unconfirmed } = state
  const { worker, folder } = state.options
  return {
    create(session) {
      // OpenCode may send two requests at once.
      const made = creating.get(session) ?? create(session, state).finally(() => created(session, state))
      creating.set(session, made)
      return made
    },
    async sync(id) {
      // The request body is ignored: the session is read through OpenCode's API.
      if (unconfirmed.delete(id)) await worker.run({ job: "confirm", id, folder }).catch(() => {})
      else publishLater(id, false, state)
    },
    remove: (id, secret) => remove(id, secret, state),
  }
}

async function publishChanges(id: string, { options, messages, shares, notices }: SharingState): Promise<void> {
  const { worker, folder, api } = options
  const shared = shares.sessionOf(id)
  const changedMessages = shared === undefined ? undefined : messages.takeChanges(shared)
  try {
    const changes = changedMessages && { changedMessages }
    const { session, found } = await worker.run({ job: "update", id, folder, api, ...changes })
    shares.add(String(session), id)
    notices.published(id, found as SecretCount[] | undefined)
  } catch (error) {
    if (shared !== undefined) messages.reset(shared)
    notices.updateFailed(id, error)
    const code = error instanceof ShareError ? error.code : undefined
    const isOver = code === "share-not-found" || code === "session-not-found" || code === "sharing-disabled"
    if (!isOver) throw error
    if (code !== "sharing-disabled") shares.forget(id)
  }
}

async function create(session: string, state: SharingState): Promise<CreatedShare> {
  const { worker, folder, api, notify, objection } = state.options
  state.messages.takeChanges(session)
  try {
    const refused = objection?.()
    if (refused) throw refused
    const made = await worker.run({ job: "share", session, folder, api })
    const { id, url, secret, found } = made as unknown as CreatedShare & { found?: SecretCount[] }
    state.shares.add(session, id)
    state.unconfirmed.add(id)
    state.links.add(session, url, made["title"])
    // OpenCode itself reports only that the link was copied.
    state.notices.published(id, found, linkNote(made))
    return { id, url, secret }
  } catch (error) {
    state.messages.reset(session)
    notify("The session was not shared", error, "failed-request")
    throw error
  }
}

function created(session: string, state: SharingState): void {
  state.creating.delete(session)
  if (state.changedDuringCreate.delete(session)) changed(session, true, state)
}

/** @param rested the session is idle: its changes are published at once */
function changed(session: string, rested: boolean, state: SharingState): void {
  const id = state.shares.idOf(session)
  if (state.creating.has(session)) state.changedDuringCreate.add(session)
  else if (id !== undefined) publishLater(id, rested, state)
  // At rest again: from OpenCode 1.19.1 on, the terminal shares without this process.
  else state.shares.lookUp(session, rested, (found) => publishLater(found, false, state))
}

function publishLater(id: string, rested: boolean, { removed, updates }: SharingState): void {
  if (removed.has(id)) return
  updates.schedule(id)
  if (rested) void updates.flush(id)
}

async function remove(id: string, secret: string, state: SharingState): Promise<void> {
  const { worker, folder, notify } = state.options
  state.removed.add(id)
  state.unconfirmed.delete(id)
  await state.updates.cancel(id)
  try {
    const removal = await worker.run({ job: "unshare", id, secret, folder })
    state.shares.forget(id)
    if (removal["proven"] === false) notify("The share was deleted", removal["note"] ?? "", "info")
  } catch (error) {
    state.removed.delete(id)
    notify("The share was not removed", error, "failed-request")
    throw error
  }
}
