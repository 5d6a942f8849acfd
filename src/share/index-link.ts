import { viewAnonymously } from "./anonymous-access.ts"
import { INDEX } from "./manifest.ts"

/** The link without `index.html`, as hosts with index documents serve it: `https://host/s/<id>/`. */
export const withoutIndex = (link: string): string => (link.endsWith(`/${INDEX}`) ? link.slice(0, -INDEX.length) : link)

/**
 * The link without `index.html` if the host serves the page there, else the link itself. S3 services do not, web servers
 * and websites in front of a bucket mostly do. One anonymous request.
 * @param hash SHA-256 of the page as uploaded, hexadecimal
 */
export async function shortestLink(link: string, id: string, hash: string): Promise<string> {
  const short = withoutIndex(link)
  if (short === link || !/^https?:/.test(link)) return link
  const view = await viewAnonymously(short, id)
  return view.seen === "page" && view.hash === hash ? short : link
}
