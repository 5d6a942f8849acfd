import { formatSize } from "../format.ts"
import type { Attachment } from "../html/attachment.ts"
import { clip } from "../html/truncate.ts"
import type { AttachmentView } from "../view.ts"

/** View of an attachment. */
export function attachmentView({ name, mime, file, externalUrl, isImage }: Attachment): AttachmentView {
  return {
    name: clip(name, 200),
    mime: clip(mime, 100),
    isImage,
    file,
    externalUrl,
    size: file ? formatSize(file.body.length) : "",
  }
}
