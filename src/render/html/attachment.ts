import { createHash } from "node:crypto"
import type { FilePart } from "../../session/model.ts"
import { safeUrl } from "./safe-url.ts"

/** A file that is stored beside the pages. */
export interface StoredFile {
  /** `files/<hash>.<ending>` */
  path: string
  contentType: string
  body: Uint8Array
}

/** An attachment as a reader meets it. */
export interface Attachment {
  name: string
  mime: string
  /** The stored file, if the session holds the content; otherwise only its name is known. */
  file?: StoredFile
  /** Where on the web it is, if it is nowhere else. */
  elsewhere?: string
  isImage: boolean
}

/** The kinds that are stored as what they are. Everything else, SVG and HTML above all, is stored as a kind that cannot run. */
const images = new Map([
  ["image/png", "png"],
  ["image/jpeg", "jpg"],
  ["image/gif", "gif"],
  ["image/webp", "webp"],
  ["image/avif", "avif"],
])

const isText = (mime: string) => /^(?:text\/|application\/(?:json|xml|javascript|toml|yaml|x-sh)|image\/svg)/.test(mime)

/** What a file part attaches: content of `data:` addresses becomes a file of the share, anything else stays a name. */
export function attachmentOf({ filename, mime, url }: FilePart): Attachment {
  const image = images.get(mime)
  const name = filename || (image ? "image" : "file")
  const content = decodeDataUrl(url)
  const elsewhere = content ? undefined : safeUrl(url)
  if (!content) return { name, mime, isImage: false, ...(elsewhere && { elsewhere }) }
  if (image) return { name, mime, isImage: true, file: storedFile(content, image, mime) }
  // A PDF can hold scripts and forms: it is opened by what the reader has for it, from their own disk.
  const ending = mime === "application/pdf" ? "pdf" : "bin"
  return {
    name,
    mime,
    isImage: false,
    file: isText(mime) ? storedText(content) : storedFile(content, ending, "application/octet-stream"),
  }
}

/** Text as a file of the share, to be read as it is. */
export const storedText = (body: Uint8Array): StoredFile => storedFile(body, "txt", "text/plain; charset=utf-8")

function storedFile(body: Uint8Array, ending: string, contentType: string): StoredFile {
  const hash = createHash("sha256").update(body).digest("hex").slice(0, 32)
  return { path: `files/${hash}.${ending}`, contentType, body }
}

function decodeDataUrl(url: string): Uint8Array | undefined {
  if (!url.startsWith("data:")) return undefined
  const comma = url.indexOf(",")
  if (comma < 0) return undefined
  const data = url.slice(comma + 1)
  if (url.slice(0, comma).endsWith(";base64")) {
    const body = Buffer.from(data, "base64")
    return body.length > 0 ? body : undefined
  }
  try {
    return Buffer.from(decodeURIComponent(data))
  } catch {
    return undefined
  }
}
