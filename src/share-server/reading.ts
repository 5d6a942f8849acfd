import type { Context } from "hono"
import { isPast } from "../share/expiry.ts"
import { INDEX, prefixOf, readManifest } from "../share/manifest.ts"
import { isShareId } from "../share/share-id.ts"
import type { ObjectStore, ReadAnswer } from "../store/object-store.ts"
import { isGone } from "./owner.ts"

/** What of a share readers can ask for; nothing else of the bucket is reachable, the server's own objects included. */
const readable =
  /^(?:[A-Za-z0-9][A-Za-z0-9_-]*\.html|page-[0-9a-f]{16}\.css|files\/[A-Za-z0-9][A-Za-z0-9._-]*|session\.json|session\.md|manifest\.json)$/

/** How a share stands. */
export type Standing = "published" | "preparing" | "gone" | "missing"

/** How long what was found of a share is believed. What is deleted is not there however long. */
const BELIEVED = 5_000
const REMEMBERED = 10_000

/** Tells how shares stand, by their manifests. */
export function standings(store: ObjectStore, now: () => Date) {
  const known = new Map<string, { expires: string | undefined; at: number }>()
  /** `fresh`: whatever was found before, which is surely not so any more. */
  return async (id: string, { fresh = false } = {}): Promise<Standing> => {
    const found = fresh ? undefined : known.get(id)
    if (found && now().getTime() - found.at < BELIEVED) return isPast(found.expires, now()) ? "gone" : "published"
    known.delete(id)
    const [manifest, gone] = await Promise.all([readManifest(store, id), isGone(store, id)])
    if (gone) return "gone"
    if (!manifest) return "missing"
    if (isPast(manifest.expires, now())) return "gone"
    if (manifest.state !== "published" && !(await store.read(prefixOf(id) + INDEX, { head: true }))) return "preparing"
    known.set(id, { expires: manifest.expires, at: now().getTime() })
    if (known.size > REMEMBERED) known.delete(known.keys().next().value as string)
    return "published"
  }
}

/** The share and the path in it that a request's path names, `/s/<id>/<path>`; undefined where it can name none. */
export function placeIn(pathname: string): { id: string; path: string } | undefined {
  const [, id = "", rest = ""] = /^\/s\/([^/]+)\/(.*)$/.exec(pathname) ?? []
  const path = rest === "" ? INDEX : rest
  return isShareId(id) && readable.test(path) ? { id, path } : undefined
}

/** Streams an object to a reader, as it is in the bucket; undefined where it is not there. */
export async function stream(
  context: Context,
  store: ObjectStore,
  { id, path }: { id: string; path: string },
): Promise<Response | undefined> {
  const { raw } = context.req
  const given = (name: string) => raw.headers.get(name) ?? undefined
  const answer = await store.read(prefixOf(id) + path, {
    ifNoneMatch: given("if-none-match")?.replace(/W\//g, ""),
    // A range is of what the reader has seen: with If-Range, only if that is still so, which is not for us to know.
    range: path.startsWith("files/") && given("if-range") === undefined ? given("range") : undefined,
    head: raw.method === "HEAD",
  })
  return (
    answer && respond(answer, path, /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(given("accept-encoding") ?? ""))
  )
}

function respond({ status, headers, body }: ReadAnswer, path: string, takesGzip: boolean): Response {
  const { "content-encoding": encoding, "content-length": length, etag, ...others } = headers
  const plain = encoding === "gzip" && !takesGzip
  const told: Record<string, string> = {
    ...others,
    // Of its own reader's cache alone, and that asks each time: what is unshared is gone at once.
    "cache-control": "private, no-cache",
    vary: "Accept-Encoding, Cookie",
    ...(path.startsWith("files/") && !encoding && { "accept-ranges": "bytes" }),
    ...(path.startsWith("files/") && { "content-security-policy": FILES }),
    ...(etag !== undefined && { etag: plain ? `W/${etag.replace(/^W\//, "")}` : etag }),
    ...(encoding !== undefined && !plain && { "content-encoding": encoding }),
    ...(length !== undefined && !plain && { "content-length": length }),
  }
  const decompress = () => new DecompressionStream("gzip") as ReadableWritablePair<Uint8Array, Uint8Array>
  return new Response(plain && body ? body.pipeThrough(decompress()) : (body ?? null), { status, headers: told })
}

/** An attachment is shown or saved, and does nothing else. */
const FILES =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src 'self'; frame-ancestors 'none'; sandbox"
