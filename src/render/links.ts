import type { StoredFile } from "./html/attachment.ts"

/** Ids and addresses of a view in a document. Components write no `id`, `href` or `src` without it. */
export interface PageLinks {
  /** The `id` attribute of an element. */
  idOf(id: string): string
  /** The address of a page (`2.html`), of an element on one (`2.html#id`, `#id`) or of a stored file. */
  hrefOf(target: string | StoredFile): string
  /** The source of an image. */
  srcOf(file: StoredFile): string
  /** The `id` of an image, if links to the file lead to it. */
  imageIdOf?(file: StoredFile): string | undefined
  /** Bytes of files that these addresses contain so far, as `data:` URLs. */
  inlinedBytes?(): number
}

/** Targets of the links of a part of a page. */
export interface LinkRecord {
  /** Paths of other files of the share. */
  paths: Set<string>
  files: Map<string, StoredFile>
}

export const newLinkRecord = (): LinkRecord => ({ paths: new Set(), files: new Map() })

/** Links between the files of a share. Adds to the record what they lead to. */
export function shareLinks(record: LinkRecord): PageLinks {
  const hrefOf = (target: string | StoredFile) => {
    if (typeof target !== "string") record.files.set(target.path, target)
    const address = typeof target === "string" ? target : target.path
    const path = address.split("#", 1)[0] as string
    if (path !== "") record.paths.add(path)
    return address
  }
  return { idOf: (id) => id, hrefOf, srcOf: hrefOf }
}

/** The paths that several parts link to. */
export function mergeLinks(records: Iterable<LinkRecord>): LinkRecord {
  const merged = newLinkRecord()
  for (const { paths } of records) for (const path of paths) merged.paths.add(path)
  return merged
}
