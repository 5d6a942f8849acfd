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
import { storedObjectsOf } from "./publish.ts"

/** State from which an update of a share can resume. */
export interface ResumeState {
  /** The checkpoint folder. */
  folder: string
  /** The session. Reading it updates `beforeLastPrompt`. */
  record: SessionRecord
  /** Number of messages before the last prompt that has been read so far. */
  beforeLastPrompt(): number
  /** Hash of the redaction options. */
  redactedBy: string
  /** The checkpoint, if the messages that it covers are unchanged. */
  checkpoint?: Checkpoint | undefined
}

/**
 * Reads the checkpoint of an earlier run and checks that the messages it covers are unchanged. Returns undefined, and
 * deletes the checkpoint, if only a part of the session is shared, a part was reverted, or the source cannot read from a
 * given message.
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

/** How to render a share: where to resume, and where to capture the next checkpoint. */
export interface ResumePlan extends Pick<SiteOptions, "from" | "halt"> {
  /** Saves the checkpoint for the next update. Call it when the share is complete. */
  keep(): Promise<void>
}

/**
 * Decides where rendering starts: after the messages of the checkpoint, if they would render the same and all files made
 * from them are in the store; else at the first message.
 */
export async function planResume(
  { folder, record, checkpoint, redactedBy, beforeLastPrompt }: ResumeState,
  { session, redacted }: Prepared,
  { entry, stored }: ShareTarget,
  version: string,
  temporary: TemporaryFiles,
): Promise<ResumePlan> {
  const { title, directory } = session.info
  const children = [...session.childIDs]
  const { path: sheet } = await prebuiltSheet()
  const key = hashKey(version, entry.id, sheet, title, directory, children, redacted.key)
  const found = checkpoint?.key === key ? await loadCheckpoint(folder, checkpoint, temporary) : undefined
  const known = storedObjectsOf(stored)
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
      // OpenCode amends the last prompt when the next one arrives, but no message before it.
      const begins = taken && (await hashPrefix(record, messages, checkpoint))
      if (taken && begins) await saveCheckpoint(folder, { ...taken, ...begins })
    },
  }
}

const isPromptRecord = (message: unknown) =>
  fields(fields(message)["info"])["role"] === "user" || fields(message)["type"] === "user"

/** Wraps a record. Reading it records in `prompts.last` how many messages precede the last prompt. */
function trackLastPrompt(record: SessionRecord, prompts: { last: number }): SessionRecord {
  async function* messages(from: number) {
    let position = from
    for await (const message of messagesFrom(record, from)) {
      if (isPromptRecord(message)) prompts.last = Math.max(prompts.last, position)
      position++
      yield message
    }
  }
  return { ...record, messages: () => messages(0), rest: messages }
}
