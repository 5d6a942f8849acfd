import type { TemporaryFiles } from "../lib/temporary-files.ts"
import { prebuiltSheet } from "../render/site/page.ts"
import type { SiteOptions } from "../render/site/site.ts"
import { fields } from "../session/read-json.ts"
import { messagesFrom, type SessionRecord } from "../session/source.ts"
import {
  type Checkpoint,
  type CheckpointDraft,
  deleteCheckpoint,
  draftCheckpoint,
  hashKey,
  loadCheckpoint,
  readCheckpoint,
  saveCheckpoint,
} from "./checkpoint.ts"
import type { ShareTarget } from "./open-share.ts"
import { hashPrefix } from "./prefix-hash.ts"
import type { Prepared, PrepareOptions } from "./prepare.ts"

/** What an update of a share may go on from. */
export interface ResumeState {
  /** Where it is kept. */
  folder: string
  /** The session; while it is read, it is noted where the last prompt is. */
  record: SessionRecord
  /** How many messages come before the last prompt, among those read so far. */
  beforeLastPrompt(): number
  /** Equal where secrets are looked for in the same way. */
  redactedBy: string
  /** What there is to go on from, if the session still begins as it did. */
  checkpoint?: Checkpoint | undefined
}

/**
 * Looks for what an earlier run has left of this share, and whether the session still begins so. Undefined for what is shared
 * in part, was undone in part, or cannot be read in part: of that, nothing is kept.
 */
export async function findResumeState(
  folder: string,
  record: SessionRecord,
  { selection = {}, redact = {} }: PrepareOptions,
  version: string,
): Promise<ResumeState | undefined> {
  const isAll = (selection.omit ?? []).length === 0 && (selection.until ?? "end") === "end"
  if (!isAll || !record.rest || fields(record.info)["revert"] !== undefined) {
    await deleteCheckpoint(folder)
    return undefined
  }
  const redactedBy = hashKey(version, redact)
  const found = await readCheckpoint(folder)
  const isSame = found?.redactedBy === redactedBy && (await hashPrefix(record, found.messages))?.hash === found.hash
  const prompts = { last: 0 }
  return {
    folder,
    redactedBy,
    record: trackLastPrompt(record, prompts),
    beforeLastPrompt: () => prompts.last,
    ...(isSame && { checkpoint: found }),
  }
}

/** How to go about the pages of a share. */
export interface ResumePlan extends Pick<SiteOptions, "from" | "halt"> {
  /** Keeps what the next update may go on from; to be called when the share is complete. */
  keep(): Promise<void>
}

/**
 * Where to go on from: after the messages that are as they were, if they come out as they did and all that was made of
 * them is there. Else from the first message.
 */
export async function planResume(
  { folder, record, checkpoint, redactedBy, beforeLastPrompt }: ResumeState,
  { session, redacted }: Prepared,
  { entry, known }: ShareTarget,
  version: string,
  temporary: TemporaryFiles,
): Promise<ResumePlan> {
  const { title, directory } = session.info
  const children = [...session.childIDs]
  const { path: sheet } = await prebuiltSheet()
  const key = hashKey(version, entry.id, sheet, title, directory, children, redacted.key)
  const found = checkpoint?.key === key ? await loadCheckpoint(folder, checkpoint, temporary) : undefined
  const from = found?.files.every(({ path, input }) => known[path]?.input === input) ? found : undefined

  const messages = beforeLastPrompt()
  const telling = redacted.telling.filter((position) => position < messages)
  let taken: CheckpointDraft | undefined
  return {
    from,
    halt: {
      after: messages,
      take(soFar) {
        taken = draftCheckpoint({ messages, key, redactedBy, telling }, soFar)
      },
    },
    async keep() {
      // OpenCode completes what it notes of a prompt when the next one comes, but nothing that was before.
      const begins = taken && (await hashPrefix(record, messages, checkpoint))
      if (taken && begins) await saveCheckpoint(folder, { ...taken, ...begins })
    },
  }
}

/** The same record; while it is read, it is noted how many messages come before its last prompt. */
function trackLastPrompt(record: SessionRecord, prompts: { last: number }): SessionRecord {
  async function* messages(from: number) {
    let position = from
    for await (const message of messagesFrom(record, from)) {
      if (fields(fields(message)["info"])["role"] === "user") prompts.last = Math.max(prompts.last, position)
      position++
      yield message
    }
  }
  return { ...record, messages: () => messages(0), rest: messages }
}
