/** The files of a share that a single file holds, and where in it they are. */
export interface BundledFiles {
  /** The names of its pages: `index.html`, `2.html`, `sub-<hash>.html`. */
  pages: ReadonlySet<string>
  /** The content of a file of the share, by its path. */
  read(path: string): Promise<Uint8Array>
}

/**
 * What a page belongs to: "" is the session itself, `changes` its changed files, `sub-<hash>` and `sub-<hash>-changes`
 * a subagent's session.
 */
export function sectionOf(page: string): string {
  const [, sub = "", changes = ""] = /^(sub-[0-9a-f]{10})?(?:index|-?(changes))?(?:-?\d+)?\.html$/.exec(page) ?? []
  return [sub, changes].filter(Boolean).join("-")
}

/**
 * The id of something in a single file. The session's own keep theirs, so that links to its messages lead on; those of
 * others get a prefix that begins with `_`, as none of a session's does.
 */
const idIn = (book: string, id: string): string => (book === "" ? id : `_${book}.${id}`)

/** The id of a page's beginning. */
export const pageId = (page: string): string =>
  page === "index.html" ? "_main" : `_page-${page.slice(0, -".html".length)}`

/** The id of a stored file. */
export const fileId = (path: string): string => `_file-${/[0-9a-f]{32}/.exec(path)?.[0] ?? ""}`

/**
 * A page's markup with its ids and links as they are in a single file: links between pages lead to their place in it.
 * In what this package draws, a `"` is never text, so that an attribute is what looks like one.
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
 * Markup with the files that it leads to inside of it: pictures where they are shown, texts by a link to where they
 * stand, everything else to be saved. `seen` gathers the paths of pictures, each of which gets an id once, and `texts`
 * those of the texts.
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
