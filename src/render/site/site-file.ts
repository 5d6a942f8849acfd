import type { SpooledContent } from "../../lib/temporary-files.ts"

/** For pages and records: they change in place, and must be gone at once when they are deleted. */
export const CACHE_REVALIDATE = "no-cache"
/** For files named by content hash: they never change, but caches must not keep them long after they are deleted. */
export const CACHE_BRIEFLY = "private, max-age=300"

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
   * Hash of the content, or of all that it is made of. If it equals the stored file's, the content is the same and
   * `render` need not be called.
   */
  input: string
  /** For pages, the id of the first message: tells which page an id is on. */
  first?: string
  /** SHA-256 of the content, hexadecimal, if known before rendering. */
  hash?: string
  /** For pages, once rendered: paths of the files that the page links to. */
  links?: ReadonlySet<string>
  render(): Promise<Uint8Array>
  /** The content of long files, as a stream; `hash` is set then. Valid until the temporary files are deleted. */
  content?: SpooledContent
}
