import type { SharePageOptions } from "../render/site/share-page-options.ts"
import type { SiteFile } from "../render/site/site-file.ts"
import type { Session } from "../session/model.ts"
import type { LedgerEntry } from "./ledger/ledger-entry.ts"
import type { Manifest } from "./manifest.ts"
import type { ShareTarget } from "./open-share.ts"
import type { ShareLink } from "./share-link.ts"

/** Adds to a share once it is open, before it is rendered. */
export type ExtendShare = (target: ShareTarget) => Promise<ShareExtension | undefined>

/** An addition to a share that needs more than its pages, such as the page that a presigned link opens. */
export interface ShareExtension {
  /** Adds files, before `index.html`. They may contain any message, so the share is rendered from its start. */
  addFiles(files: AsyncIterable<SiteFile>, session: Session, options: SharePageOptions): AsyncIterable<SiteFile>
  /** Fields of the ledger entry of the published share. */
  entry: Partial<LedgerEntry>
  /** Replaces the link of the published share. */
  link(plain: ShareLink, published: Manifest): Promise<ShareLink>
}
