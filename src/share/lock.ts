/** A lock that this process holds. */
export interface HeldLock {
  /** Its last holder ended without releasing it: that holder's work may be incomplete. */
  readonly wasAbandoned: boolean
  /** Whether nobody has taken it over since. */
  isHeld(): Promise<boolean>
  /** Never throws. */
  release(): Promise<void>
}

/** Result of acquiring a lock. `holder`: the process that holds it, if known. */
export type LockAttempt = { status: "acquired"; lock: HeldLock } | { status: "busy"; holder?: number }

/** Result of `withLock`. */
export type LockedResult<T> = { status: "done"; result: T } | Extract<LockAttempt, { status: "busy" }>

/**
 * Runs `work` if a lock was acquired, and releases the lock when it ends. Locks of a share have two backends: a file for
 * the processes of one machine (`file-lock`), and a lease in the bucket for the instances of the share server.
 */
export async function withLock<T>(
  attempt: LockAttempt,
  work: (lock: HeldLock) => Promise<T>,
): Promise<LockedResult<T>> {
  if (attempt.status === "busy") return attempt
  try {
    return { status: "done", result: await work(attempt.lock) }
  } finally {
    await attempt.lock.release()
  }
}
