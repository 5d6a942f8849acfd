import { rm } from "node:fs/promises"
import { createPrivateFolder } from "../lib/private-folder.ts"
import { withTemporaryFiles } from "../lib/temporary-files.ts"
import { findSuspects } from "../redact/suspects.ts"
import { site } from "../render/site/site.ts"
import type { SessionSource } from "../session/source.ts"
import { directoryStore } from "../store/directory/directory.ts"
import { INDEX, prefixOf } from "./manifest.ts"
import { type Prepared, type PrepareOptions, prepare } from "./prepare.ts"
import { uploadFiles } from "./upload-files.ts"

export interface PreviewOptions extends PrepareOptions {
  /** The output folder. An earlier preview in it is deleted. */
  folder: string
  id: string
  version: string
}

export interface Preview extends Prepared {
  /** `file:` */
  url: string
  /** Words that were nearly taken for secrets. */
  suspects: string[]
}

/** Writes the files of a share to a local folder that is private to the user. Throws what the source and the folder throw. */
export async function preview(source: SessionSource, options: PreviewOptions): Promise<Preview> {
  const { folder, id, version } = options
  return source.read(async (record) => {
    const prepared = await prepare(record, options)
    await rm(folder, { recursive: true, force: true })
    // If this fails, the store reports a better error.
    await createPrivateFolder(folder).catch(() => {})
    const store = directoryStore(folder)
    const about = { id, version, leftOut: prepared.leftOut }
    await withTemporaryFiles((temporary) =>
      uploadFiles(site(prepared.session, { ...about, temporary }), { store, prefix: prefixOf(id) }),
    )
    const suspects = await findSuspects(prepared.record)
    return { ...prepared, suspects, url: store.url(prefixOf(id) + INDEX) }
  })
}
