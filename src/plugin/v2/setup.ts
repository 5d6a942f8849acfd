import { debouncedWorker } from "../../lib/debounced-worker.ts"
import { fields, optionalText } from "../../session/read-json.ts"
import { UPDATE_TIMING } from "../update-timing.ts"
import type { WorkerClient } from "../worker-client.ts"

// The parts of OpenCode 2's server plugin interface (2.0 to 2.3) that this plugin uses.
export interface ServerContextV2 {
  location?: { directory?: string }
  event?: { subscribe?(): AsyncIterable<unknown> }
  session?: { get?: unknown }
}

/** Maximum time for the last changes when OpenCode stops or reloads the plugin. */
const CLOSE_LIMIT_MS = 10_000

const TURN_OVER = /^session\.execution\.(?:succeeded|failed|interrupted)$/
const CHANGE =
  /^session\.(?:step\.ended|renamed|moved|revert\.\w+|compaction\.(?:ended|failed)|shell\.ended|agent\.selected|model\.selected)$/

export interface SetupOptions {
  worker: WorkerClient
  /** Changes whenever a share is recorded or changed on this machine. Called at every event, so it must be cheap. */
  ledgerVersion: () => unknown
  /** Whether the share mode of a folder is `auto`. */
  isAuto: (folder: string) => boolean
  debounceMs?: number
}

/**
 * The server part of the plugin in OpenCode 2: pages follow the conversation by events, and with `"share": "auto"` a
 * conversation is shared after its first finished turn. Returns the clean-up; undefined in OpenCode 1, which calls
 * `setup` with a context without events and sessions.
 */
export function setupServer(
  { event, session, location }: ServerContextV2,
  { worker, ledgerVersion, isAuto, debounceMs = UPDATE_TIMING.debounceMs }: SetupOptions,
): (() => Promise<void>) | undefined {
  if (typeof event?.subscribe !== "function" || typeof session?.get !== "function") return undefined
  const folder = location?.directory ?? process.cwd()
  const updates = debouncedWorker({
    work: (id) => worker.run({ job: "update-session", session: id, folder }),
    ...UPDATE_TIMING,
    debounceMs,
  })
  /** Sessions whose shares follow them, as of a version of the ledger. The worker is started only for these. */
  let known: { version: unknown; followed: ReadonlySet<unknown> } = { version: undefined, followed: new Set() }
  let isStopped = false
  const events = event.subscribe()[Symbol.asyncIterator]()

  async function follow(): Promise<void> {
    while (!isStopped) {
      const { done, value } = await events.next()
      if (done || isStopped) return
      const { type, data } = fields(value)
      const id = optionalText(fields(data)["sessionID"])
      if (typeof type === "string" && id !== undefined) await handle(type, id).catch(() => {})
    }
  }

  async function handle(type: string, id: string): Promise<void> {
    const isTurnOver = TURN_OVER.test(type)
    if (!isTurnOver && !CHANGE.test(type)) return
    await lookUp()
    if (known.followed.has(id)) {
      updates.schedule(id)
      if (isTurnOver) void updates.flush(id)
    } else if (isTurnOver && type.endsWith("succeeded") && isAuto(folder))
      worker.run({ job: "auto-share", session: id, folder }).catch(() => {})
  }

  /** Reads which sessions are followed, if the ledger has changed; publishes what changed while nobody followed. */
  async function lookUp(): Promise<void> {
    const version = ledgerVersion()
    if (version === known.version) return
    const { followed } = await worker.run({ job: "catch-up", folder })
    known = { version, followed: new Set(Array.isArray(followed) ? followed : []) }
  }

  // OpenCode 2 gives a server plugin no way to tell the user something. What fails is tried again; `/shares` lists
  // shares that are incomplete, and `/share` says why.
  follow().catch(() => {})
  lookUp().catch(() => {})
  return async () => {
    isStopped = true
    // The stream may never end, so its end is not waited for.
    void events.return?.()
    await updates.close(CLOSE_LIMIT_MS)
    // An event of the last turn may not have arrived.
    if (known.followed.size > 0 || ledgerVersion() !== known.version)
      await within(CLOSE_LIMIT_MS, worker.run({ job: "catch-up", folder }))
  }
}

/** Waits until work has ended, successfully or not, or for `limitMs`. */
async function within(limitMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise((resolve) => {
    timer = setTimeout(resolve, limitMs)
  })
  await Promise.race([work.catch(() => {}), limit])
  clearTimeout(timer)
}
