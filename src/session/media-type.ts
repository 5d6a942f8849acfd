/** `Text/HTML; charset=utf-8` → `text/html`; "" for anything that is not a media type (RFC 6838, 4.2). */
export function mediaType(value: string): string {
  const type = (value.split(";", 1)[0] ?? "").trim().toLowerCase()
  return /^[a-z0-9][\w!#$&^.+-]{0,126}\/[a-z0-9][\w!#$&^.+-]{0,126}$/.test(type) ? type : ""
}
