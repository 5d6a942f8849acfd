/** The files of a share that are bundled into a single file. */
export interface BundledFiles {
  /** Names of the pages: `index.html`, `2.html`, `sub-<hash>.html`. */
  pages: ReadonlySet<string>
  /** Reads the content of a file of the share, by its path. */
  read(path: string): Promise<Uint8Array>
}

/**
 * The section that a page belongs to: "" is the session itself, `changes` its changed files, `sub-<hash>` and
 * `sub-<hash>-changes` those of a subagent's session.
 */
export function sectionOf(page: string): string {
  const [, sub = "", changes = ""] = /^(sub-[0-9a-f]{10})?(?:index|-?(changes))?(?:-?\d+)?\.html$/.exec(page) ?? []
  return [sub, changes].filter(Boolean).join("-")
}

/**
 * The id of an element in the single file. Ids of the session itself are kept, so that links to its messages still work;
 * other sections get a prefix with `_`, which no id of a session begins with.
 */
const idIn = (book: string, id: string): string => (book === "" ? id : `_${book}.${id}`)

/** The id at the start of a page. */
export const pageId = (page: string): string =>
  page === "index.html" ? "_main" : `_page-${page.slice(0, -".html".length)}`

/** The id of a stored file. */
export const fileId = (path: string): string => `_file-${/[0-9a-f]{32}/.exec(path)?.[0] ?? ""}`

/**
 * Rewrites a page's ids and links for the single file, so that links between pages become fragments. A regular expression
 * suffices: text in rendered pages never contains a bare `"`, so only attributes match.
 */
export function rewriteLinks(markup: string, book: string, { pages }: BundledFiles): string {
  return markup
    .replace(/ (id|aria-labelledby)="([^"]+)"/g, (_, name: string, id: string) => ` ${name}="${idIn(book, id)}"`)
    .replace(/ href="([\w-]*(?:\.html)?)(?:#([^"]*))?"/g, (whole, page: string, id: string | undefined) => {
      if (page === "") return id === undefined ? whole : ` href="#${idIn(book, id)}"`
      if (!pages.has(page)) return whole
      return ` href="#${id === undefined ? pageId(page) : idIn(sectionOf(page), id)}"`
    })
}

/**
 * Inlines the files that the markup links to: images as data URLs, texts as links to their copy in the file, others as
 * downloads. Collects the paths of images in `seen`, since each gets an id only once, and of texts in `texts`.
 */
export async function* inlineFiles(
  markup: string,
  held: BundledFiles,
  { seen, texts }: { seen: Set<string>; texts: Set<string> },
): AsyncGenerator<string> {
  let end = 0
  for (const match of markup.matchAll(/(?:<img src|href)="(files\/[0-9a-f]{32}\.([a-z]+))"(?=(?:[^<>]*>([^<]*))?)/g)) {
    const [whole, path = "", ending = "", label = ""] = match
    yield markup.slice(end, match.index)
    end = match.index + whole.length
    if (whole.startsWith("<img")) {
      yield `<img${seen.has(path) ? "" : ` id="${fileId(path)}"`} src="data:${mediaTypes.get(ending)};base64,`
      seen.add(path)
      yield `${base64(await held.read(path))}"`
    } else if (ending === "txt") {
      texts.add(path)
      yield `href="#${fileId(path)}"`
    } else if (mediaTypes.has(ending)) yield `href="#${fileId(path)}"`
    else {
      yield `download="${label.trim() || path.slice("files/".length)}" href="data:application/octet-stream;base64,`
      yield `${base64(await held.read(path))}"`
    }
  }
  yield markup.slice(end)
}

const mediaTypes = new Map([
  ["png", "image/png"],
  ["jpg", "image/jpeg"],
  ["gif", "image/gif"],
  ["webp", "image/webp"],
  ["avif", "image/avif"],
])

const base64 = (body: Uint8Array) => Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("base64")
