import type { TemporaryFiles } from "../../lib/temporary-files.ts"
import type { EarlierRedaction, RedactionResult } from "../../redact/redact.ts"
import { prebuiltPage } from "../../render/site/page-renderer.ts"
import type { SiteOptions } from "../../render/site/site.ts"
import type { Session } from "../../session/model.ts"
import { fields } from "../../session/read-json.ts"
import { type SessionRecord, transformMessages } from "../../session/source.ts"
import type { PrepareOptions } from "../prepare.ts"
import { type StoredShare, storedObjectsOf } from "../publish.ts"
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
import { hashPrefix } from "./prefix-hash.ts"

/** Resumes a share from the checkpoint of its last version, if it has one, and saves the next one. */
export interface Resume {
  /** The session's record. Read it to the end before `plan` is called: that finds the last prompt. */
  record: SessionRecord
  /** Redaction state of the messages that the checkpoint covers. */
  redaction: EarlierRedaction | undefined
  /** Decides where rendering starts, and where the next checkpoint is captured. */
  plan(rendering: ResumeRendering): Promise<ResumePlan>
}

/** Input of the renderer. The temporary files stay open as long as a checkpoint is used. */
export interface ResumeRendering {
  session: Session
  redacted: Pick<RedactionResult, "secretPositions" | "key">
  stored: StoredShare
  temporary: TemporaryFiles
}

export interface ResumePlan {
  resume: SiteOptions["resume"]
  /** Saves the checkpoint for the next update. Call it when the share is complete. Never throws because of the disk. */
  keep(): Promise<void>
}

/** Renders from the first message, and keeps nothing. */
export const NO_RESUME_PLAN: ResumePlan = { resume: undefined, keep: async () => {} }

/**
 * Opens the checkpoint in a share's checkpoint folder. Uses it only if the messages that it covers are unchanged. Keeps no
 * checkpoint, and deletes an earlier one, if only a part of the session is shared, a part was reverted, or the source
 * cannot read from a given message.
 */
export async function openResume(
  folder: string,
  record: SessionRecord,
  { selection = {}, redact = {} }: PrepareOptions,
  version: string,
): Promise<Resume> {
  const isAll = (selection.omit ?? []).length === 0 && (selection.until ?? "end") === "end"
  if (!isAll || !record.partial || fields(record.info)["revert"] !== undefined) {
    await deleteCheckpoint(folder)
    return { record, redaction: undefined, plan: async () => NO_RESUME_PLAN }
  }
  const redactedBy = hashKey(version, redact)
  const found = await readCheckpoint(folder)
  const isSame = found?.redactedBy === redactedBy && (await hashPrefix(record, found.messages))?.hash === found.hash
  const checkpoint = isSame ? found : undefined
  const { tracked, lastPrompt } = trackLastPrompt(record)
  return {
    record: tracked,
    redaction: checkpoint,
    plan: (rendering) => planResume({ folder, record, checkpoint, redactedBy, version, lastPrompt }, rendering),
  }
}

interface ResumeState {
  folder: string
  record: SessionRecord
  /** Usable if its messages would render the same. */
  checkpoint: Checkpoint | undefined
  /** Hash of the redaction options. */
  redactedBy: string
  version: string
  /** Number of messages before the last prompt. */
  lastPrompt: () => number
}

/** Rendering starts after the checkpoint if all files made from its messages are in the store; else at the first message. */
async function planResume(
  { folder, record, checkpoint, redactedBy, version, lastPrompt }: ResumeState,
  { session, redacted, stored, temporary }: ResumeRendering,
): Promise<ResumePlan> {
  const { title, directory } = session.info
  const { path: sheet } = (await prebuiltPage()).sheet
  const key = hashKey(version, stored.manifest.id, sheet, title, directory, [...session.childIDs], redacted.key)
  const loaded = checkpoint?.key === key ? await loadCheckpoint(folder, checkpoint, temporary) : undefined
  const objects = storedObjectsOf(stored)
  const from = loaded?.files.every(({ path, input }) => objects[path]?.input === input) ? loaded : undefined

  const messages = lastPrompt()
  const secretPositions = redacted.secretPositions.filter((position) => position < messages)
  let draft: CheckpointDraft | undefined
  return {
    resume: {
      from,
      captureAfter: messages,
      onCapture(captured) {
        draft = draftCheckpoint({ messages, key, redactedBy, secretPositions }, captured)
      },
    },
    async keep() {
      // OpenCode amends the last prompt when the next one arrives, but no message before it.
      const prefix = draft && (await hashPrefix(record, messages, checkpoint))
      if (draft && prefix) await saveCheckpoint(folder, { ...draft, ...prefix })
    },
  }
}

const isPromptRecord = (message: unknown) =>
  fields(fields(message)["info"])["role"] === "user" || fields(message)["type"] === "user"

/** Wraps a record: `lastPrompt` returns how many messages precede the last prompt that was read. */
function trackLastPrompt(record: SessionRecord) {
  let last = 0
  const tracked = transformMessages(record, async function* (messages, from) {
    let position = from
    for await (const message of messages) {
      if (isPromptRecord(message)) last = Math.max(last, position)
      position++
      yield message
    }
  })
  return { tracked, lastPrompt: () => last }
}
