import path from "node:path"
import { fileURLToPath } from "node:url"
import { ShareError } from "../errors.ts"
import { pastedLink } from "../lib/pasted-link.ts"

/** Location of a session: the web, or a local file. */
export type ImportSource = { url: URL } | { file: string }

const DOCUMENT = "session.json"

/**
 * Parses the argument of `import`: the link of any page of a share or of a share server, a file, or a folder. `isFolder`
 * checks a path. Throws `bad-usage` for other links.
 */
export function parseImportSource(given: string, cwd: string, isFolder: (path: string) => boolean): ImportSource {
  const text = pastedLink(given)
  if (/^https?:/i.test(text)) return { url: documentOf(text) }
  if (/^file:/i.test(text)) return { file: inFolder(fileOf(text), isFolder) }
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(text))
    throw new ShareError("bad-usage", `"${text}" is not a supported link.`, {
      hint: "Give an http or https link of a share, or a file.",
    })
  return { file: inFolder(path.resolve(cwd, text), isFolder) }
}

/** `https://host/folder/s/<id>/2.html#msg_1` → `https://host/folder/s/<id>/session.json` */
function documentOf(text: string): URL {
  if (!URL.canParse(text)) throw notAShare(text)
  const url = new URL(text)
  if (url.username || url.password)
    throw new ShareError("bad-usage", "A link with a password in it is not fetched.", {
      hint: "Leave the password out; --token is for share servers.",
    })
  const [, base, id] = /^(.*?)\/(?:s|share)\/([\w-]{1,64})(?:\/[^/]*)?$/.exec(url.pathname) ?? []
  if (id !== undefined) return new URL(`${base}/s/${id}/${DOCUMENT}`, url.origin)
  if (!url.pathname.endsWith(".json")) throw notAShare(text)
  url.hash = ""
  return url
}

function fileOf(text: string): string {
  try {
    return fileURLToPath(text.replace(/[?#].*$/, ""))
  } catch (cause) {
    throw new ShareError("bad-usage", `"${text}" is not a local file.`, { hint: "Give its path.", cause })
  }
}

/** The session document of a share's folder, given the folder or one of its pages. */
function inFolder(file: string, isFolder: (path: string) => boolean): string {
  if (isFolder(file)) return path.join(file, DOCUMENT)
  return /\.html$/i.test(file) ? path.join(path.dirname(file), DOCUMENT) : file
}

const notAShare = (text: string) =>
  new ShareError("bad-usage", `"${text}" does not look like the link of a share.`, {
    hint: "Links of shares have /s/<id>/ or /share/<id> in them; a link may also lead to a session.json itself.",
  })
