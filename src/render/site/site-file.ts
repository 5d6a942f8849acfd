import type { SpooledContent } from "../../lib/temporary-files.ts"

/** A file of a share, before it is rendered. */
export interface SiteFile {
  /**
   * Path below the share's prefix: `index.html`, `2.html`, `files/<hash>.png`. Consists of our own names and hashes
   * only.
   */
  path: string
  contentType: string
  cacheControl: string
  /**
   * Hash of all inputs of the content (messages, neighbours, this package's version). If it equals the stored file's,
   * the content is the same and `render` need not be called.
   */
  input: string
  /** For pages, the id of the first message: tells which page an id is on. */
  first?: string
  /** SHA-256 of the content, hexadecimal, if known before rendering. */
  hash?: string
  render(): Promise<Uint8Array>
  /** The content of long files, as a stream; `hash` is set then. Valid until the temporary files are deleted. */
  content?: SpooledContent
}
