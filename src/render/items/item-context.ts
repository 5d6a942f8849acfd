import type { BlockContext } from "./tool-blocks.ts"

/** Context of a message's items: that of their steps, and the time from which theirs are told. */
export interface ItemContext extends Omit<BlockContext, "budget"> {
  /** Start time of the session, in milliseconds since 1970. */
  startedAt: number | undefined
}
