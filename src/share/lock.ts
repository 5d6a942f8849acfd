import { closeSync, fchmodSync, lstatSync, openSync, readFileSync, rmSync, utimesSync, writeSync } from "node:fs"
import { hostname } from "node:os"
import { setTimeout as sleep } from "node:timers/promises"
import { isProcessAlive } from "./process-alive.ts"

/** Milliseconds. */
export interface LockOptions {
  /** How long to wait for who holds the lock. */
  timeoutMs?: number
  /** How long who holds it may give no sign of life: as seen by who waits, whose clock stands still in a sleeping machine. */
  staleMs?: number
  /** After how long `onWait` is called. */
  notifyAfterMs?: number
  /** Called once if it takes a moment, with the process that holds the lock. */
  onWait?: ((pid: number) => void) | undefined
}

/** Somebody else has held the lock all the time. */
export class LockTimeoutError extends Error {
  readonly pid: number
  constructor(pid: number) {
    super(`Process ${pid} is still at it`)
    this.pid = pid
  }
}

interface LockHolder {
  pid: number
  host: string
  token: string
}

const POLL_MS = 50
const HEARTBEAT_MS = 5_000
/** A file that says nothing yet is being written; after so many milliseconds, whoever made it was killed. */
const EMPTY_GRACE_MS = 2_000

/** What this process holds: in a container the next process may well have the number of the one before. */
const heldTokens = new Set<string>()

/**
 * Takes a lock that one process of this machine has at a time: a file that names it, in a folder that is there. Needs no
 * more of the file system than that it makes a file once. The lock of a process that is gone is taken over, at once if it
 * was one of this machine; one on another machine that shares the folder is gone when it has given no sign of life for a
 * minute. Returns what gives the lock back. Throws `StillLocked`, and what the file system throws.
 */
export async function acquireLock(file: string, patience: LockOptions = {}): Promise<() => void> {
  const mine: LockHolder = { pid: process.pid, host: hostname(), token: crypto.randomUUID() }
  heldTokens.add(mine.token)
  try {
    await waitForLock(file, mine, patience)
  } catch (error) {
    heldTokens.delete(mine.token)
    throw error
  }
  const beat = setInterval(() => touch(file), HEARTBEAT_MS).unref()
  return () => {
    clearInterval(beat)
    if (readHolder(file)?.token === mine.token) removeQuietly(file)
    heldTokens.delete(mine.token)
  }
}

async function waitForLock(
  file: string,
  mine: LockHolder,
  { timeoutMs = 120_000, staleMs = 60_000, notifyAfterMs = 1_000, onWait }: LockOptions,
) {
  const start = performance.now()
  let sign = { of: "", since: start }
  for (let told = false; !createExclusive(file, JSON.stringify(mine)); ) {
    const now = performance.now()
    const holder = readHolder(file)
    const age = ageOf(file)
    if (age === undefined) continue
    const of = `${holder?.token} ${age.at}`
    if (of !== sign.of) sign = { of, since: now }
    if (isHolderDead(holder, age.ms) || now - sign.since > staleMs) {
      if (removeStaleLock(file, holder)) continue
    } else if (now - start > timeoutMs) throw new LockTimeoutError(holder?.pid ?? 0)
    else if (!told && now - start > notifyAfterMs) {
      told = true
      onWait?.(holder?.pid ?? 0)
    }
    await sleep(POLL_MS)
  }
}

function isHolderDead(holder: LockHolder | undefined, age: number): boolean {
  if (!holder) return age > EMPTY_GRACE_MS
  if (holder.host !== hostname()) return false
  return holder.pid === process.pid ? !heldTokens.has(holder.token) : !isProcessAlive(holder.pid)
}

/**
 * Removes the lock of who is gone. Of several who see that at once, one may: the others could remove the lock that has
 * been taken since. False if it is another one's turn.
 */
function removeStaleLock(file: string, gone: LockHolder | undefined): boolean {
  const turn = `${file}.turn`
  if (!createExclusive(turn, "")) {
    // Nothing is waited for between making and removing it, so only a kill leaves it there.
    if ((ageOf(turn)?.ms ?? 0) > EMPTY_GRACE_MS) rmSync(turn, { force: true })
    return false
  }
  try {
    const now = readHolder(file)
    const isSame = now ? now.token === gone?.token : !gone && (ageOf(file)?.ms ?? 0) > EMPTY_GRACE_MS
    if (isSame) rmSync(file, { force: true })
    return true
  } finally {
    rmSync(turn, { force: true })
  }
}

/** Makes a file unless it is there; without pause, so that a kill hardly ever leaves one with nothing in it. */
function createExclusive(file: string, content: string): boolean {
  let made: number
  try {
    made = openSync(file, "wx", 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false
    throw error
  }
  try {
    // Whatever the umask.
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

/** What cannot be removed stays: nobody takes it for the lock of somebody who is there. */
function removeQuietly(file: string): void {
  try {
    rmSync(file, { force: true })
  } catch {}
}
