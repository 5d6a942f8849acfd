import { createHash } from "node:crypto"
import path from "node:path"
import { ListObjectVersionsCommand, type S3Client } from "@aws-sdk/client-s3"
import { exportFile } from "../../src/session/export-file.ts"
import { openLedger } from "../../src/share/ledger.ts"
import { type Manifest, prefixOf } from "../../src/share/manifest.ts"
import { share } from "../../src/share/share.ts"
import { newShareId } from "../../src/share/share-id.ts"
import { unshare } from "../../src/share/unshare.ts"
import { s3Store } from "../../src/store/s3/s3.ts"
import { version } from "../../src/version.ts"

const start = Date.UTC(2026, 10, 1, 9)
const words = "what was said is kept as it was and read by whom it concerns and by nobody else at all".split(" ")

/** An export of a session with this many messages; a prompt and its answer fill most of a page, and the last but one has an attachment. */
export function talk(messages: number): object {
  // Paragraphs: a long line would be cut.
  const text = Array.from(
    { length: 14_000 },
    (_, i) => words[(i * 7) % words.length] + (i % 100 === 99 ? ".\n\n" : " "),
  ).join("")
  const message = (i: number) => ({
    info: {
      id: `msg_${i}`,
      sessionID: "ses_faults",
      role: i % 2 === 0 ? "user" : "assistant",
      time: { created: start + i * 1_000 },
    },
    parts: [
      ...Array.from({ length: i % 2 === 0 ? 1 : 3 }, (_, part) => ({
        id: `prt_${i}t${part}`,
        type: "text",
        text: `Message ${i}. ${text}`,
      })),
      ...(i === messages - 2
        ? [{ id: `prt_${i}f`, type: "file", mime: "image/png", filename: "dot.png", url: dot }]
        : []),
    ],
  })
  return {
    info: { id: "ses_faults", title: "Faults", directory: "/home/dev/app", time: { created: start, updated: start } },
    messages: Array.from({ length: messages }, (_, i) => message(i)),
  }
}

const dot =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

export interface ShareAt {
  endpoint: string
  bucket: string
  /** `XDG_DATA_HOME` of the commands. */
  data: string
  /** Milliseconds until a silent server is given up. */
  idle?: number
}

/** `share` and `unshare` in this process, through an endpoint, with the command line's ledger. */
export function commandsAt({ endpoint, bucket, data, idle }: ShareAt, file: string) {
  const ledger = openLedger(path.join(data, "opencode-bucket", "ledger"))
  const destination = { to: `s3://${bucket}`, endpoint }
  const open = () => s3Store({ bucket, endpoint, ...(idle !== undefined && { timeouts: { connect: idle, idle } }) })
  return {
    ledger,
    async share() {
      const store = await open()
      const options = { store, destination, ledger, version, now: () => new Date(), newId: newShareId }
      return share(exportFile(file), { ...options, mayShare: () => {} }).finally(() => store.close())
    },
    async unshare(id: string, url: string) {
      const store = await open()
      const entry = await ledger.find(id)
      return unshare({ store, id, url, ...(entry && { entry }) }, ledger).finally(() => store.close())
    },
  }
}

/** A file of a share, requested anonymously from the server itself; undefined if there is none. */
export async function opened(server: string, bucket: string, key: string): Promise<Buffer | undefined> {
  const answer = await fetch(`${server}/${bucket}/${key}`, { signal: AbortSignal.timeout(20_000) })
  return answer.ok ? Buffer.from(await answer.arrayBuffer()) : undefined
}

/** Hashes of everything a reader reaches from the first page, by path; undefined for a broken link. */
export async function readThrough(
  server: string,
  bucket: string,
  id: string,
): Promise<Record<string, string | undefined>> {
  const seen: Record<string, string | undefined> = {}
  const ahead = ["index.html"]
  for (let name = ahead.shift(); name !== undefined; name = ahead.shift()) {
    if (Object.hasOwn(seen, name)) continue
    const body = await opened(server, bucket, prefixOf(id) + name)
    if (!body && name === "index.html") return {}
    seen[name] = body && sha256(body)
    if (!body || !name.endsWith(".html")) continue
    for (const [, to = ""] of body.toString().matchAll(/ (?:href|src)="([^":#?]+)["#?]/g)) ahead.push(to)
  }
  return seen
}

/** Checks that the prefix of a share contains exactly what its manifest lists. Returns the differences. */
export async function faultsOf(client: S3Client, server: string, Bucket: string, id: string): Promise<string[]> {
  const prefix = prefixOf(id)
  const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket, Prefix: prefix }))
  const stored = new Set(Versions.filter(({ IsLatest }) => IsLatest).map(({ Key = "" }) => Key.slice(prefix.length)))
  const manifest: Manifest = JSON.parse(String(await opened(server, Bucket, `${prefix}manifest.json`)))
  const wrong: string[] = manifest.state === "published" ? [] : [`the manifest says ${manifest.state}`]
  for (const [name, { hash }] of Object.entries(manifest.objects)) {
    const body = await opened(server, Bucket, prefix + name)
    if (!body) wrong.push(`${name} is missing`)
    else if (sha256(body) !== hash) wrong.push(`${name} is not what the manifest says`)
  }
  for (const name of stored)
    if (name !== "manifest.json" && !Object.hasOwn(manifest.objects, name)) wrong.push(`${name} does not belong`)
  return wrong
}

export const sha256 = (body: Uint8Array): string => createHash("sha256").update(body).digest("hex")
