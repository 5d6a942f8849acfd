import { sha256 } from "../../lib/hash.ts"
import type { FilePart } from "../../session/model.ts"
import { safeUrl } from "./safe-url.ts"

/** A file stored beside the pages. */
export interface StoredFile {
  /** `files/<hash>.<extension>` */
  path: string
  contentType: string
  body: Uint8Array
}

/** An attachment as shown to readers. */
export interface Attachment {
  name: string
  mime: string
  /** The stored file, if the session holds the content. */
  file?: StoredFile
  /** Address on the web, if the session does not hold the content. */
  externalUrl?: string
  isImage: boolean
}

/**
 * Types stored under their own type. All others, above all SVG and HTML, are stored under a type that cannot run
 * scripts.
 */
const IMAGE_EXTENSIONS = new Map([
  ["image/png", "png"],
  ["image/jpeg", "jpg"],
  ["image/gif", "gif"],
  ["image/webp", "webp"],
  ["image/avif", "avif"],
])

const isText = (mime: string) => /^(?:text\/|application\/(?:json|xml|javascript|toml|yaml|x-sh)|image\/svg)/.test(mime)

/**
 * Attachment of a file part: the content of `data:` URLs becomes a file of the share, anything else keeps only its
 * name.
 */
export function attachmentOf({ filename, mime, url }: FilePart): Attachment {
  const image = IMAGE_EXTENSIONS.get(mime)
  const name = filename || (image ? "image" : "file")
  const content = decodeDataUrl(url)
  const elsewhere = content ? undefined : safeUrl(url)
  if (!content) return { name, mime, isImage: false, ...(elsewhere && { externalUrl: elsewhere }) }
  if (image) return { name, mime, isImage: true, file: storedFile(content, image, mime) }
  // PDFs can hold scripts and forms: readers download them and open them in their own viewer.
  const extension = mime === "application/pdf" ? "pdf" : "bin"
  return {
    name,
    mime,
    isImage: false,
    file: isText(mime) ? storedText(content) : storedFile(content, extension, "application/octet-stream"),
  }
}

/** Stored plain text. */
export const storedText = (body: Uint8Array): StoredFile => storedFile(body, "txt", "text/plain; charset=utf-8")

function storedFile(body: Uint8Array, extension: string, contentType: string): StoredFile {
  const hash = sha256(body).slice(0, 32)
  return { path: `files/${hash}.${extension}`, contentType, body }
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
