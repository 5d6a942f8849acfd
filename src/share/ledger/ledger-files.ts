import { chmod, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises"
import path from "node:path"
import { ShareError } from "../../errors.ts"
import { createPrivateFolder } from "../../lib/private-folder.ts"
import { acquireFileLock, type LockOptions } from "../file-lock.ts"
import { withLock } from "../lock.ts"

/** The files of a ledger: private to the user, whatever the umask, and replaced atomically. */
export interface LedgerFiles {
  readonly folder: string
  /** The value in a JSON file; undefined if there is none or it is damaged. */
  readJson(file: string): Promise<unknown>
  writeJson(file: string, value: object): Promise<void>
  /**
   * Runs `work` while holding a lock file; see `Ledger.withLock`. Deletes what killed processes left behind. Throws
   * `store-busy` when the lock times out.
   */
  whileLocked<T>(file: string, work: () => Promise<T>, options?: LockOptions): Promise<T>
  /** Throws errors of `work`, which writes, as `bad-settings`. */
  wrapErrors<T>(work: () => Promise<T>): Promise<T>
}

/** Age after which a temporary file counts as left by a killed process. */
const TEMP_FILE_MAX_AGE_MS = 60_000
/** Listing a large ledger takes longer than everything else in an update. */
const LEDGER_SWEEP_INTERVAL_MS = 600_000
/** When this process last swept a ledger, by its folder; `performance.now()`. */
const sweptAt = new Map<string, number>()

export function ledgerFiles(folder: string): LedgerFiles {
  async function wrapErrors<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (cause) {
      throw new ShareError(
        "bad-settings",
        `Could not write the list of shares in ${folder}: ${(cause as Error).message}.`,
        { hint: "Make the folder writable, or set XDG_DATA_HOME to another one.", cause },
      )
    }
  }

  return {
    folder,
    wrapErrors,
    async readJson(file) {
      try {
        return JSON.parse(await readFile(file, "utf8"))
      } catch {
        return undefined
      }
    },
    async writeJson(file, value) {
      await createPrivateFolder(folder)
      const aside = path.join(folder, `.${crypto.randomUUID()}`)
      try {
        await writeFile(aside, `${JSON.stringify(value, null, 1)}\n`, { mode: 0o600, flag: "wx", flush: true })
        await chmod(aside, 0o600)
        await rename(aside, file)
      } finally {
        await rm(aside, { force: true })
      }
    },
    async whileLocked(file, work, options) {
      const attempt = await wrapErrors(async () => {
        await createPrivateFolder(folder)
        return acquireFileLock(file, options)
      })
      const locked = await withLock(attempt, async () => {
        await sweepSometimes(folder).catch(() => {})
        return work()
      })
      if (locked.status === "busy") throw busyError(locked.holder)
      return locked.result
    },
  }
}

/** Deletes temporary files of killed processes, but not each time. */
async function sweepSometimes(folder: string): Promise<void> {
  const now = performance.now()
  if (now - (sweptAt.get(folder) ?? Number.NEGATIVE_INFINITY) < LEDGER_SWEEP_INTERVAL_MS) return
  sweptAt.set(folder, now)
  for (const name of (await readdir(folder)).filter((name) => name.startsWith("."))) {
    const aside = path.join(folder, name)
    const found = await stat(aside).catch(() => undefined)
    if (found && Date.now() - found.mtimeMs > TEMP_FILE_MAX_AGE_MS) await rm(aside, { force: true })
  }
}

const busyError = (holder: number | undefined) =>
  new ShareError(
    "store-busy",
    `Timed out waiting for another process${holder === undefined ? "" : ` (${holder})`} that is sharing or unsharing this session.`,
    { hint: "Wait for it to end, or stop it, then run the same command again." },
  )
