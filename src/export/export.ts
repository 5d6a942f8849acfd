import { sessionJson, sessionMarkdown } from "../render/site/session-documents.ts"
import type { Prepared } from "../share/prepare.ts"
import { singleFile } from "./single-file.ts"

/** What a session can be kept as. `folder` is several files, each of the others one. */
export const EXPORT_FORMATS = ["html", "folder", "md", "json"] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

/** A session as one file, piece by piece. Throws what reading the session throws. */
export function exportPieces(
  { session, leftOut }: Prepared,
  format: Exclude<ExportFormat, "folder">,
  version: string,
): AsyncIterable<string> {
  if (format === "json") return sessionJson(session)
  return format === "md" ? sessionMarkdown(session) : singleFile(session, { version, leftOut })
}

/** A name for what is exported, made from the title: `fix-add`; the session's id where no letter of it can be used. */
export function exportName({ title, id }: { title: string; id: string }): string {
  const words = title
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean)
  const name = words.join("-").slice(0, 60).replace(/-$/, "") || id || "session"
  // Windows keeps these names for devices, whatever the ending.
  return /^(?:con|prn|aux|nul|com\d|lpt\d)$/.test(name) ? `${name}-` : name
}
