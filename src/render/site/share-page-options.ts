import type { TemporaryFiles } from "../../lib/temporary-files.ts"
import type { PageRenderer, PageSheet } from "./page-renderer.ts"

/** Options of all pages of a share. */
export interface SharePageOptions {
  /** The share's id, written into every page. */
  id: string
  /** This package's version. Pages of another version are rendered again. */
  version: string
  /** The components, and the style sheet of their pages; by default, this package's prebuilt page. */
  page?: PageRenderer & { sheet: PageSheet }
  /** Whether the session is unfinished, so that open pages poll for more. Derived from its last message by default. */
  live?: boolean | undefined
  /** Names of the content left out, shown on the page. */
  leftOut?: string | undefined
  /** Expiry date, ISO 8601, shown on the first page. */
  expires?: string | undefined
  /** Holds long documents until they are uploaded; in memory by default. */
  temporary?: TemporaryFiles | undefined
}
