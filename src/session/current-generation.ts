/** Times of one generation's version of a session, in milliseconds since 1970. */
interface Version {
  /** Creation time of the last message; 0 if there is none. */
  said: number
  /** Time of the last change of the session itself. */
  touched: number
  isUndone: boolean
}

/**
 * Whether the version of OpenCode 2 is the current one: it has a message after the last one of OpenCode 1, or was changed
 * after the last activity of OpenCode 1: partly undone, renamed, archived, moved.
 *
 * OpenCode 2 copies every session of OpenCode 1 once, at its first start, and the copy keeps its times. Until it
 * changes, the original is the better version: the copy lacks attachments that were not stored inline.
 */
export const isCurrentIn2 = (two: Version, one: Version): boolean =>
  two.said > one.said || two.touched > lastActivity(one) || (two.isUndone && one.said <= lastActivity(two))

export const lastActivity = ({ said, touched }: Pick<Version, "said" | "touched">) => Math.max(said, touched)
