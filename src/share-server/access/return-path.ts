/**
 * Returns the path of a URL on this server. Anything that leads elsewhere, or that a browser could read so, becomes the
 * start page.
 */
export function safeReturnPath(given: string, publicUrl: string): string {
  const { origin, pathname } = new URL(publicUrl)
  const base = pathname.replace(/\/+$/, "")
  const start = `${base}/mine`
  if (!/^\/(?![/\\])[\x21-\x7e]*$/.test(given) || given.includes("\\")) return start
  const place = URL.canParse(given, origin) ? new URL(given, origin) : undefined
  if (place?.origin !== origin || !`${place.pathname}/`.startsWith(`${base}/`)) return start
  if (place.pathname.startsWith("//") || place.pathname.startsWith(`${base}/auth/`)) return start
  return place.pathname + place.search
}
