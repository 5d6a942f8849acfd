import { closeSync, fchmodSync, lstatSync, openSync, readFileSync, rmSync, utimesSync, writeSync } from "node:fs"
import { hostname } from "node:os"
import { setTimeout as sleep } from "node:timers/promises"
import { isAlive } from "./alive.ts"

/** Milliseconds. */
export interface Patience {
  /** How long to wait for who holds the lock. */
  wait?: number
  /** How long who holds it may give no sign of life: as seen by who waits, whose clock stands still in a sleeping machine. */
  silence?: number
  /** After how long `onWait` is called. */
  quiet?: number
  /** Called once if it takes a moment, with the process that holds the lock. */
  onWait?: ((pid: number) => void) | undefined
}

/** Somebody else has held the lock all the time. */
export class StillLocked extends Error {
  readonly pid: number
  constructor(pid: number) {
    super(`Process ${pid} is still at it`)
    this.pid = pid
  }
}

interface Holder {
  pid: number
  host: string
  token: string
}

const LOOK = 50
const BEAT = 5_000
/** A file that says nothing yet is being written; after so many milliseconds, whoever made it was killed. */
const WRITING = 2_000

/** What this process holds: in a container the next process may well have the number of the one before. */
const held = new Set<string>()

/**
 * Takes a lock that one process of this machine has at a time: a file that names it, in a folder that is there. Needs no
 * more of the file system than that it makes a file once. The lock of a process that is gone is taken over, at once if it
 * was one of this machine; one on another machine that shares the folder is gone when it has given no sign of life for a
 * minute. Returns what gives the lock back. Throws `StillLocked`, and what the file system throws.
 */
export async function lock(file: string, patience: Patience = {}): Promise<() => void> {
  const mine: Holder = { pid: process.pid, host: hostname(), token: crypto.randomUUID() }
  held.add(mine.token)
  try {
    await take(file, mine, patience)
  } catch (error) {
    held.delete(mine.token)
    throw error
  }
  const beat = setInterval(() => touch(file), BEAT).unref()
  return () => {
    clearInterval(beat)
    if (read(file)?.token === mine.token) remove(file)
    held.delete(mine.token)
  }
}

async function take(file: string, mine: Holder, { wait = 120_000, silence = 60_000, quiet = 1_000, onWait }: Patience) {
  const start = performance.now()
  let sign = { of: "", since: start }
  for (let told = false; !create(file, JSON.stringify(mine)); ) {
    const now = performance.now()
    const holder = read(file)
    const age = ageOf(file)
    if (age === undefined) continue
    const of = `${holder?.token} ${age.at}`
    if (of !== sign.of) sign = { of, since: now }
    if (isGone(holder, age.ms) || now - sign.since > silence) {
      if (removeOf(file, holder)) continue
    } else if (now - start > wait) throw new StillLocked(holder?.pid ?? 0)
    else if (!told && now - start > quiet) {
      told = true
      onWait?.(holder?.pid ?? 0)
    }
    await sleep(LOOK)
  }
}

function isGone(holder: Holder | undefined, age: number): boolean {
  if (!holder) return age > WRITING
  if (holder.host !== hostname()) return false
  return holder.pid === process.pid ? !held.has(holder.token) : !isAlive(holder.pid)
}

/**
 * Removes the lock of who is gone. Of several who see that at once, one may: the others could remove the lock that has
 * been taken since. False if it is another one's turn.
 */
function removeOf(file: string, gone: Holder | undefined): boolean {
  const turn = `${file}.turn`
  if (!create(turn, "")) {
    // Nothing is waited for between making and removing it, so only a kill leaves it there.
    if ((ageOf(turn)?.ms ?? 0) > WRITING) rmSync(turn, { force: true })
    return false
  }
  try {
    const now = read(file)
    const isSame = now ? now.token === gone?.token : !gone && (ageOf(file)?.ms ?? 0) > WRITING
    if (isSame) rmSync(file, { force: true })
    return true
  } finally {
    rmSync(turn, { force: true })
  }
}

/** Makes a file unless it is there; without pause, so that a kill hardly ever leaves one with nothing in it. */
function create(file: string, content: string): boolean {
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

function read(file: string): Holder | undefined {
  try {
    const holder: Holder = JSON.parse(readFileSync(file, "utf8"))
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
function remove(file: string): void {
  try {
    rmSync(file, { force: true })
  } catch {}
}
