import type { StoredFile } from "../render/html/attachment.ts"
import type { LinkRecord, PageLinks } from "../render/links.ts"

/**
 * The section of the single file that a page belongs to: "" is the session itself, `changes` its changed files,
 * `sub-<hash>` and `sub-<hash>-changes` those of a subagent's session.
 */
export function sectionOf(page: string): string {
  const [, sub = "", changes = ""] = /^(sub-[0-9a-f]{10})?(?:index|-?(changes))?(?:-?\d+)?\.html$/.exec(page) ?? []
  return [sub, changes].filter(Boolean).join("-")
}

/**
 * The id of an element in the single file. Ids of the session itself are kept, so that links to its messages still work;
 * other sections get a prefix with `_`, which no id of a session begins with.
 */
const idIn = (section: string, id: string): string => (section === "" ? id : `_${section}.${id}`)

/** The id at the start of a page. */
export const pageId = (page: string): string =>
  page === "index.html" ? "_main" : `_page-${page.slice(0, -".html".length)}`

/** The id of a stored file. */
export const fileId = ({ path }: Pick<StoredFile, "path">): string => `_file-${/[0-9a-f]{32}/.exec(path)?.[0] ?? ""}`

/** The images of a single file by path, each where it is shown first. */
export type ShownImages = Map<string, StoredFile>

/**
 * Links within the single file: between pages to ids, images and downloads as data URLs, texts to their copies in the
 * file.
 */
export function singleFileLinks(section: string, record: LinkRecord, shown: ShownImages): PageLinks {
  let inlinedBytes = 0
  const dataUrl = ({ body }: StoredFile, type: string) => {
    const content = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("base64")
    inlinedBytes += content.length
    return `data:${type};base64,${content}`
  }
  return {
    idOf: (id) => idIn(section, id),
    hrefOf(target) {
      if (typeof target !== "string") {
        record.files.set(target.path, target)
        const isElement = target.contentType.startsWith("text/") || target.contentType.startsWith("image/")
        return isElement ? `#${fileId(target)}` : dataUrl(target, "application/octet-stream")
      }
      const [page = "", id] = target.split("#", 2)
      if (id === undefined) return `#${pageId(page)}`
      return `#${idIn(page === "" ? section : sectionOf(page), id)}`
    },
    srcOf: (file) => dataUrl(file, file.contentType),
    imageIdOf(file) {
      const first = shown.get(file.path) ?? file
      shown.set(file.path, first)
      return first === file ? fileId(file) : undefined
    },
    inlinedBytes: () => inlinedBytes,
  }
}
