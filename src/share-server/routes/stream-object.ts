import type { Context } from "hono"
import { INDEX, prefixOf } from "../../share/manifest.ts"
import { isShareId } from "../../share/share-id.ts"
import type { ObjectStore, ReadAnswer } from "../../store/object-store.ts"

/** Paths of a share that readers can request. All other objects, the server's own included, are unreachable. */
const readablePaths =
  /^(?:[A-Za-z0-9][A-Za-z0-9_-]*\.html|page-[0-9a-f]{16}\.css|files\/[A-Za-z0-9][A-Za-z0-9._-]*|session\.json|session\.md|manifest\.json)$/

/** Parses `/s/<id>/<path>` into the share's id and the path in it; undefined if it is not a readable path. */
export function parseSharePath(pathname: string): { id: string; path: string } | undefined {
  const [, id = "", rest = ""] = /^\/s\/([^/]+)\/(.*)$/.exec(pathname) ?? []
  const path = rest === "" ? INDEX : rest
  return isShareId(id) && readablePaths.test(path) ? { id, path } : undefined
}

/** Streams an object to a reader as it is stored; undefined if it does not exist. */
export async function streamObject(
  context: Context,
  store: ObjectStore,
  { id, path }: { id: string; path: string },
): Promise<Response | undefined> {
  const { raw } = context.req
  const given = (name: string) => raw.headers.get(name) ?? undefined
  const answer = await store.read(prefixOf(id) + path, {
    ifNoneMatch: given("if-none-match")?.replace(/W\//g, ""),
    // If-Range makes a range conditional on the reader's version, which is not checked here, so the whole object is
    // sent.
    range: path.startsWith("files/") && given("if-range") === undefined ? given("range") : undefined,
    head: raw.method === "HEAD",
  })
  return (
    answer &&
    responseOf(answer, path, /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(given("accept-encoding") ?? ""))
  )
}

function responseOf({ status, headers, body }: ReadAnswer, path: string, takesGzip: boolean): Response {
  const { "content-encoding": encoding, "content-length": length, etag, ...others } = headers
  const decompressed = encoding === "gzip" && !takesGzip
  const responseHeaders: Record<string, string> = {
    ...others,
    // Only the reader's own cache, revalidated each time: an unshared page disappears at once.
    "cache-control": "private, no-cache",
    vary: "Accept-Encoding, Cookie",
    ...(path.startsWith("files/") && !encoding && { "accept-ranges": "bytes" }),
    ...(path.startsWith("files/") && { "content-security-policy": ATTACHMENT_CSP }),
    ...(etag !== undefined && { etag: decompressed ? `W/${etag.replace(/^W\//, "")}` : etag }),
    ...(encoding !== undefined && !decompressed && { "content-encoding": encoding }),
    ...(length !== undefined && !decompressed && { "content-length": length }),
  }
  const decompress = () => new DecompressionStream("gzip") as ReadableWritablePair<Uint8Array, Uint8Array>
  return new Response(decompressed && body ? body.pipeThrough(decompress()) : (body ?? null), {
    status,
    headers: responseHeaders,
  })
}

/** Attachments can be displayed or saved, and do nothing else. */
const ATTACHMENT_CSP =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src 'self'; frame-ancestors 'none'; sandbox"
