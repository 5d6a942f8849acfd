import { ShareError } from "../errors.ts"
import type { ObjectStore } from "../store/object-store.ts"

/** Version of the layout in the bucket. Incremented when older package versions could not update or remove a share. */
export const FORMAT = 1

/** One object of a share, as the manifest records it. */
export interface ManifestObject {
  /** Size of the uncompressed content in bytes. */
  size: number
  /** SHA-256 of the uncompressed content, hexadecimal. */
  hash: string
  /** Hash of the content's inputs; see `SiteFile.input`. */
  input: string
  /** For a page: the id of its first message, by which the page's script finds the page of a message. */
  first?: string
}

/** The contents of a share: `s/<id>/manifest.json`, the record that outlives the session and this machine. */
export interface Manifest {
  format: number
  id: string
  /** The session's id. */
  session: string
  title: string
  /** Name of the session's folder, for lists. */
  project?: string
  /** `publishing` until the first version is complete; such a share can be finished or removed. */
  state: "publishing" | "published"
  /** ISO 8601, UTC. */
  created: string
  updated: string
  /** ISO 8601, UTC: `prune` removes the share after this time. Absent: never. */
  expires?: string
  /** The package version that wrote it. */
  generator: string
  /** Objects by path below the share's prefix, without the manifest itself. */
  objects: Record<string, ManifestObject>
}

/** The prefix of a share. Contains the whole id and ends in a slash, so that no other share matches. */
export const prefixOf = (id: string): string => `s/${id}/`

export const MANIFEST = "manifest.json"
export const INDEX = "index.html"

/**
 * Reads the manifest of a share; undefined if there is none.
 * Throws `bad-input` if it is damaged or was written by a newer version of this package.
 */
export async function readManifest(store: ObjectStore, id: string): Promise<Manifest | undefined> {
  const body = await store.get(prefixOf(id) + MANIFEST)
  if (!body) return undefined
  return parseManifest(new TextDecoder().decode(body), id, store.name)
}

export async function writeManifest(store: ObjectStore, manifest: Manifest): Promise<void> {
  await store.put(prefixOf(manifest.id) + MANIFEST, {
    body: new TextEncoder().encode(`${JSON.stringify(manifest, null, 1)}\n`),
    contentType: "application/json; charset=utf-8",
    cacheControl: "no-cache",
  })
}

function parseManifest(text: string, id: string, where: string): Manifest {
  let value: Partial<Manifest> | null = null
  try {
    value = JSON.parse(text)
  } catch {}
  if (
    typeof value !== "object" ||
    value === null ||
    typeof value.format !== "number" ||
    value.id !== id ||
    (value.format <= FORMAT && !isComplete(value))
  )
    throw new ShareError("bad-input", `The manifest of share ${id} in ${where} is damaged.`, {
      hint: `Remove the share with "opencode-bucket unshare ${id}" and share again.`,
    })
  if (value.format > FORMAT) {
    const generator = /^\d+\.\d+\.\d+[\w.-]{0,40}$/.test(String(value.generator)) ? `, ${value.generator}` : ""
    throw new ShareError(
      "bad-input",
      `Share ${id} in ${where} was written by a newer version of opencode-bucket${generator} (layout ${value.format}; this one knows ${FORMAT}).`,
      { hint: "Update opencode-bucket, here and in OpenCode, then run the command again." },
    )
  }
  return value as Manifest
}

/** Checks the type of every field. Content of a bucket may be anything. */
function isComplete({ session, title, project, state, created, updated, objects }: Partial<Manifest>): boolean {
  return (
    (project === undefined || typeof project === "string") &&
    [session, title, created, updated].every((text) => typeof text === "string") &&
    (state === "publishing" || state === "published") &&
    typeof objects === "object" &&
    objects !== null &&
    !Array.isArray(objects) &&
    Object.values(objects).every(isManifestObject)
  )
}

function isManifestObject(object: Partial<ManifestObject> | null): boolean {
  if (typeof object !== "object" || object === null) return false
  const { size, hash, input, first } = object
  return (
    Number.isFinite(size) &&
    [hash, input].every((text) => typeof text === "string") &&
    (first === undefined || typeof first === "string")
  )
}
