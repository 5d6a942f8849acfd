import { type ReadPosition, type Session, startOfSession } from "./model.ts"

/**
 * Counts the subagent sessions of a session, at every depth.
 * @param read how far the session's messages were read: to their end
 */
export async function countSubagents(session: Session, read: ReadPosition): Promise<number> {
  let count = 0
  for (const child of session.children(read)) {
    const own = startOfSession()
    for await (const _ of child.messages(own));
    count += 1 + (await countSubagents(child, own))
  }
  return count
}
