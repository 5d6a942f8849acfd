import { formatSize } from "../format.ts"
import type { Attachment } from "../html/attachment.ts"
import { clip } from "../html/cut.ts"
import type { AttachmentView } from "../view.ts"

/** What a page says of an attachment. */
export function attachmentView({ name, mime, file, elsewhere, isImage }: Attachment): AttachmentView {
  return {
    name: clip(name, 200),
    mime: clip(mime, 100),
    isImage,
    href: file?.path ?? elsewhere,
    elsewhere: elsewhere !== undefined,
    size: file ? formatSize(file.body.length) : "",
  }
}
