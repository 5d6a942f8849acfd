import { closeSync, fchmodSync, lstatSync, openSync, readFileSync, rmSync, utimesSync, writeSync } from "node:fs"
import { hostname } from "node:os"
import { setTimeout as sleep } from "node:timers/promises"
import type { HeldLock, LockAttempt } from "./lock.ts"
import { isProcessAlive } from "./process-alive.ts"

export interface LockOptions {
  /** How long to wait for the lock. Default: 120,000. */
  timeoutMs?: number
  /** Stale after this long without a heartbeat, by the waiter's monotonic clock (suspend does not count). Default: 60,000. */
  staleMs?: number
  /** Delay before `onWait` is called. Default: 1,000. */
  notifyAfterMs?: number
  /** Called once while waiting, with the id of the process that holds the lock. */
  onWait?: ((pid: number) => void) | undefined
}

interface LockHolder {
  pid: number
  host: string
  token: string
}

const POLL_MS = 50
const HEARTBEAT_MS = 5_000
/** An empty lock file is still being written; if it is older than this, its process was killed. */
const EMPTY_GRACE_MS = 2_000

/** Locks that this process holds. A pid is not enough: in a container, successive processes may have the same pid. */
const heldTokens = new Set<string>()

/**
 * Acquires a lock file in an existing folder. Relies only on exclusive creation of files. Takes over a stale lock: at
 * once if its process on this machine has ended, after `staleMs` without a heartbeat if another machine that shares the
 * folder holds it. Resolves to `busy` if it was not released within `timeoutMs`. Throws what the file system throws.
 */
export async function acquireFileLock(file: string, options: LockOptions = {}): Promise<LockAttempt> {
  const mine: LockHolder = { pid: process.pid, host: hostname(), token: crypto.randomUUID() }
  heldTokens.add(mine.token)
  try {
    const waited = await waitForLock(file, mine, options)
    if (waited.status === "busy") heldTokens.delete(mine.token)
    return waited.status === "busy" ? waited : { status: "acquired", lock: heldLock(file, mine, waited.wasAbandoned) }
  } catch (error) {
    heldTokens.delete(mine.token)
    throw error
  }
}

function heldLock(file: string, { token }: LockHolder, wasAbandoned: boolean): HeldLock {
  const beat = setInterval(() => touch(file), HEARTBEAT_MS).unref()
  const isHeld = () => readHolder(file)?.token === token
  return {
    wasAbandoned,
    isHeld: async () => isHeld(),
    async release() {
      clearInterval(beat)
      if (isHeld()) removeQuietly(file)
      heldTokens.delete(token)
    },
  }
}

async function waitForLock(
  file: string,
  mine: LockHolder,
  { timeoutMs = 120_000, staleMs = 60_000, notifyAfterMs = 1_000, onWait }: LockOptions,
): Promise<{ status: "created"; wasAbandoned: boolean } | Extract<LockAttempt, { status: "busy" }>> {
  const start = performance.now()
  let lastBeat = { id: "", seenMs: start }
  let wasAbandoned = false
  for (let isNotified = false; !createExclusive(file, JSON.stringify(mine)); ) {
    const now = performance.now()
    const holder = readHolder(file)
    const age = ageOf(file)
    if (age === undefined) continue
    const id = `${holder?.token} ${age.at}`
    if (id !== lastBeat.id) lastBeat = { id, seenMs: now }
    if (isHolderDead(holder, age.ms) || now - lastBeat.seenMs > staleMs) {
      if (removeStaleLock(file, holder)) {
        wasAbandoned = true
        continue
      }
    } else if (now - start > timeoutMs) return { status: "busy", ...(holder && { holder: holder.pid }) }
    else if (!isNotified && now - start > notifyAfterMs) {
      isNotified = true
      onWait?.(holder?.pid ?? 0)
    }
    await sleep(POLL_MS)
  }
  return { status: "created", wasAbandoned }
}

function isHolderDead(holder: LockHolder | undefined, age: number): boolean {
  if (!holder) return age > EMPTY_GRACE_MS
  if (holder.host !== hostname()) return false
  return holder.pid === process.pid ? !heldTokens.has(holder.token) : !isProcessAlive(holder.pid)
}

/**
 * Removes a stale lock. A second lock file (`.turn`) lets one waiter at a time do so: otherwise a slower waiter could
 * remove the lock that a faster one has just acquired. Returns false if another waiter is removing it.
 */
function removeStaleLock(file: string, stale: LockHolder | undefined): boolean {
  const turn = `${file}.turn`
  if (!createExclusive(turn, "")) {
    // It is created and removed synchronously, so only a killed process leaves it behind.
    if ((ageOf(turn)?.ms ?? 0) > EMPTY_GRACE_MS) rmSync(turn, { force: true })
    return false
  }
  try {
    const now = readHolder(file)
    const isSame = now ? now.token === stale?.token : !stale && (ageOf(file)?.ms ?? 0) > EMPTY_GRACE_MS
    if (isSame) rmSync(file, { force: true })
    return true
  } finally {
    rmSync(turn, { force: true })
  }
}

/** Creates a file; false if it exists. Synchronous, so that a killed process hardly ever leaves an empty file. */
function createExclusive(file: string, content: string): boolean {
  let made: number
  try {
    made = openSync(file, "wx", 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false
    throw error
  }
  try {
    // Independent of the umask.
    fchmodSync(made, 0o600)
    writeSync(made, content)
    return true
  } catch (error) {
    rmSync(file, { force: true })
    throw error
  } finally {
    closeSync(made)
  }
}

function readHolder(file: string): LockHolder | undefined {
  try {
    const holder: LockHolder = JSON.parse(readFileSync(file, "utf8"))
    return typeof holder?.token === "string" ? holder : undefined
  } catch {
    return undefined
  }
}

function ageOf(file: string): { at: number; ms: number } | undefined {
  const at = lstatSync(file, { throwIfNoEntry: false })?.mtimeMs
  return at === undefined ? undefined : { at, ms: Date.now() - at }
}

function touch(file: string): void {
  try {
    utimesSync(file, new Date(), new Date())
  } catch {}
}

/** Ignores errors: a lock file that stays behind is recognized as stale. */
function removeQuietly(file: string): void {
  try {
    rmSync(file, { force: true })
  } catch {}
}
