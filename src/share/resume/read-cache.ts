import type { OpencodeSession, PreviousRead } from "../../session/opencode-api.ts"
import { readCheckpoint } from "./checkpoint.ts"

/** Sessions that this process has shared, so that an update reads only what has changed since. */
export interface ReadCache {
  /**
   * State for a partial read. Undefined unless this process has read the session and its checkpoint is unchanged since.
   * @param folder the share's checkpoint folder
   * @param changed ids of messages changed since the last read
   */
  previousRead(folder: string, changed: readonly string[]): Promise<PreviousRead | undefined>
  /** Remembers a session that was just shared. */
  remember(folder: string, session: OpencodeSession): Promise<void>
}

/** Sessions that need more cached messages are read in full every time. */
const MAX_CACHED_MESSAGES = 200

export function readCache(): ReadCache {
  /** By checkpoint folder: the checkpoint's hash, and the messages that redaction reads again. */
  const sessions = new Map<string, { hash: string; cached: Map<number, unknown> }>()
  return {
    async previousRead(folder, changed) {
      const earlier = sessions.get(folder)
      const checkpoint = earlier && (await readCheckpoint(folder))
      if (!checkpoint || checkpoint.hash !== earlier.hash) return undefined
      const { messages, hash, lastID } = checkpoint
      return { prefix: { messages, hash }, lastID, cached: earlier.cached, changed }
    },
    async remember(folder, session) {
      const checkpoint = await readCheckpoint(folder)
      if (!checkpoint || checkpoint.secretPositions.length > MAX_CACHED_MESSAGES) sessions.delete(folder)
      else sessions.set(folder, { hash: checkpoint.hash, cached: session.at(checkpoint.secretPositions) })
    },
  }
}
