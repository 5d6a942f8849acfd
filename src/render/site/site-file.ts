import type { LongContent } from "../../lib/temporary-files.ts"

/** One file of a share, before it exists. */
export interface SiteFile {
  /** Below the share's prefix: `index.html`, `2.html`, `files/<hash>.png`. Made from our own names and hashes only. */
  path: string
  contentType: string
  cacheControl: string
  /**
   * A hash of all that the content is made from (messages, neighbours, this package's version). Equal to that of the
   * stored file: the content is the same, and `render` need not be called.
   */
  input: string
  /** Of a page, the id of its first message: which page an id is on can be told from these. */
  first?: string
  /** SHA-256 of the content, hexadecimal, where it is known before. */
  hash?: string
  render(): Promise<Uint8Array>
  /** What `render` would give, where that may be long; `hash` is known then. It is there until the temporary files go. */
  content?: LongContent
}
