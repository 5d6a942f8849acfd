import { prebuiltSheet } from "../render/page.ts"
import type { SiteOptions } from "../render/site.ts"
import type { Selection } from "../session/select.ts"
import type { SessionRecord } from "../session/source.ts"
import {
  type Checkpoint,
  keepCheckpoint,
  keyOf,
  loadCheckpoint,
  readCheckpoint,
  type Taken,
  takeCheckpoint,
} from "./checkpoint.ts"
import type { Place } from "./place.ts"
import type { Prepared } from "./prepare.ts"
import { type WatchedRecord, watch } from "./watch-record.ts"

/** What an update of a share may go on from, and the record that is watched to tell whether it may. */
export interface Known {
  folder: string
  record: SessionRecord
  watched?: WatchedRecord | undefined
  checkpoint?: Checkpoint | undefined
}

/** Looks for what an earlier run has left. Of what is shared in part, or was undone in part, nothing is kept. */
export async function whatIsKnown(folder: string, record: SessionRecord, selection: Selection): Promise<Known> {
  const isAll = (selection.omit ?? []).length === 0 && (selection.until ?? "end") === "end"
  const isWhole = isAll && (record.info as { revert?: unknown } | null)?.revert === undefined
  if (!isWhole) return { folder, record }
  const checkpoint = await readCheckpoint(folder)
  const watched = watch(record, checkpoint)
  return { folder, record: watched.record, watched, checkpoint }
}

interface GoingOn extends Pick<SiteOptions, "from" | "halt"> {
  /** Keeps what the next update may go on from; to be called when the share is complete. */
  keep(): Promise<void>
}

/**
 * Where to go on from: after the messages that are as they were, if they come out as they did and all that was made of
 * them is there. Else from the first message.
 */
export async function goOn(
  { folder, watched, checkpoint }: Known,
  { session, redactedBy }: Prepared,
  { entry, known }: Place,
  version: string,
): Promise<GoingOn> {
  if (!watched) return { keep: async () => {} }
  const { title, directory } = session.info
  const children = session.children.map(({ info }) => info.id)
  const key = keyOf(version, entry.id, (await prebuiltSheet()).path, title, directory, children, redactedBy)
  const isKnown = checkpoint?.key === key && watched.beginsWith(checkpoint)
  const found = isKnown ? await loadCheckpoint(folder, checkpoint) : undefined
  const from = found?.files.every(({ path, input }) => known[path]?.input === input) ? found : undefined
  watched.onlyRest(from !== undefined)

  let taken: Taken | undefined
  const last = watched.beforeLastPrompt()
  return {
    from,
    halt: last && {
      after: last.messages,
      take(soFar) {
        taken = takeCheckpoint({ ...last, key }, soFar)
      },
    },
    keep: async () => {
      if (taken) await keepCheckpoint(folder, taken)
    },
  }
}
