import { sessionJson, sessionMarkdown } from "../render/site/session-documents.ts"
import type { Prepared } from "../share/prepare.ts"
import { singleFile } from "./single-file.ts"

/** Export formats. `folder` writes several files, each of the others a single one. */
export const EXPORT_FORMATS = ["html", "folder", "md", "json"] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

/** Renders a session as one file, in chunks. Throws what reading the session throws. */
export function exportPieces(
  { session, leftOut }: Prepared,
  format: Exclude<ExportFormat, "folder">,
  version: string,
): AsyncIterable<string> {
  if (format === "json") return sessionJson(session)
  return format === "md" ? sessionMarkdown(session) : singleFile(session, { version, leftOut })
}

/** A file name without extension, from the title: `fix-add`; the session's id if the title has no usable letter. */
export function exportName({ title, id }: { title: string; id: string }): string {
  const words = title
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean)
  const name = words.join("-").slice(0, 60).replace(/-$/, "") || id || "session"
  // Windows reserves these names for devices, with any extension.
  return /^(?:con|prn|aux|nul|com\d|lpt\d)$/.test(name) ? `${name}-` : name
}
