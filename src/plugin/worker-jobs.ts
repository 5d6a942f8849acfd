import { ShareError } from "../errors.ts"
import { keyedMutex } from "../lib/concurrency.ts"
import { openInBrowser } from "../lib/system-program.ts"
import { describeAudience } from "../share/describe-share.ts"
import type { Ledger } from "../share/ledger.ts"
import { listShares } from "../share/list.ts"
import { storeCache } from "../store/store-cache.ts"
import { jobContext } from "./job-context.ts"
import { recover } from "./recover.ts"
import { removeRecorded, removeShared } from "./removal-jobs.ts"
import { isSessionJob, rollBackSessionJob, runSessionJob } from "./session-jobs.ts"
import { apiClient, confirmShare, type SharedSession, shareSession, updateShare } from "./share-jobs.ts"
import type { WorkerJob } from "./worker-client.ts"

const exclusive = keyedMutex()
const AUDIENCE_TIMEOUT_MS = 5_000

/** Runs a job of the plugin; jobs for the same session run one at a time. Rejects with a `ShareError`. */
export async function runJob(job: WorkerJob): Promise<object> {
  const context = jobContext(job.folder)
  const { ledger } = context
  if (isSessionJob(job)) return exclusive(job.session ?? "", () => runSessionJob(job, context))
  switch (job.job) {
    case "share":
      return exclusive(job.session, () => shareSession(job, context))
    case "update":
      return exclusive(await sessionOf(job.id, ledger), () => updateShare(job, context))
    case "confirm":
      await exclusive(await sessionOf(job.id, ledger), () => confirmShare(job.id, ledger))
      return {}
    case "unshare":
      return exclusive(await sessionOf(job.id, ledger), () => removeShared(job, context))
    case "recover":
      return recover({
        ledger,
        ask: apiClient(job.api),
        finish: (id) => updateShare({ ...job, id }, context),
        remove: (id) => removeRecorded(id, ledger),
        exclusive,
      })
    case "open":
      if (await openInBrowser(job.url, context.system)) return {}
      throw new ShareError("bad-usage", "No browser could be started.", { hint: `The link: ${job.url}` })
    case "audience":
      return { says: await describeAudience(job, AUDIENCE_TIMEOUT_MS) }
    case "list": {
      const stores = storeCache()
      return { shares: await listShares({ ledger, open: stores.open }).finally(() => stores.close()) }
    }
  }
}

/** Removes the share created by a job whose result could not be delivered because OpenCode has exited. */
export async function rollBack(job: WorkerJob, result: object): Promise<void> {
  const { ledger } = jobContext(job.folder)
  if (isSessionJob(job)) return rollBackSessionJob(job, result, ledger)
  if (job.job !== "share") return
  const { id } = result as SharedSession
  if ((await ledger.find(id))?.unconfirmed) await removeRecorded(id, ledger)
}

/** Mutex key of a share: its session, or its own id if it is unknown. */
const sessionOf = async (id: string, ledger: Ledger): Promise<string> => (await ledger.find(id))?.session ?? id
