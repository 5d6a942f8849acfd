/** An item of the share API: `session`, `message`, `part`, `session_diff` or `model`. */
export interface SessionItem {
  type: string
  data: unknown
}

/** An item as it is stored, with what is needed to order two versions of it. */
export interface StoredItem extends SessionItem {
  /** `session`, `message/<id>`, `part/<message>/<part>`, `session_diff`, `model`, `undo/<time>`, `redo/<time>` */
  name: string
  /** Latest time in the item's batch, Unix time in milliseconds; 0 if there was none. */
  clock: number
  /** Characters of JSON before redaction: a redacted text may become shorter while the original grows. */
  length?: number
}
