import { randomBytes } from "node:crypto"
import type { SpooledContent } from "../../src/lib/temporary-files.ts"
import type { ObjectEntry, ObjectStore } from "../../src/store/object-store.ts"
import { collect } from "../support/s3-here.ts"

/** A place under test. Stores that it opens over the same folder see the same objects. */
export interface StoreUnderTest {
  open(folder: string): Promise<ObjectStore>
  /** The same in a bucket that keeps versions. */
  openVersioned?(folder: string): Promise<ObjectStore>
  /** Reads an object as an anonymous reader, by the place's own means. */
  headers?(
    folder: string,
    key: string,
  ): Promise<Record<"contentType" | "cacheControl" | "contentEncoding", string | undefined>>
  /** Protects single objects, if the place can. */
  protectable?: {
    open(folder: string): Promise<ObjectStore>
    /** Makes the place refuse to delete this key, until the function that it gives back is called. */
    protect(folder: string, key: string): Promise<() => Promise<void>>
  }
  close(): Promise<void>
}

/**
 * Features that a place lacks, with the reason for the test's name. A test fails if one works. `tellsHidden`: reporting
 * that a delete has only hidden the content.
 */
export type Lacks = Partial<Record<"openVersioned" | "headers" | "protectable" | "tellsHidden", string>>

export const html = { contentType: "text/html; charset=utf-8", cacheControl: "no-cache" }
export const png = { contentType: "image/png", cacheControl: "public, max-age=300" }

export function ownName(): string {
  return `t${randomBytes(6).toString("hex")}`
}

export function bytes(content: string): Uint8Array {
  return new TextEncoder().encode(content)
}

/** The same as content that is not kept in memory. */
export function inPieces(...parts: string[]): SpooledContent {
  const pieces = parts.map(bytes)
  return {
    length: pieces.reduce((sum, { length }) => sum + length, 0),
    async *chunks() {
      yield* pieces
    },
  }
}

export function text(content: Uint8Array | undefined): string | undefined {
  return content === undefined ? undefined : new TextDecoder().decode(content)
}

export function same(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && Buffer.compare(a, b) === 0
}

export async function promise<T>(call: () => Promise<T>): Promise<T> {
  return call()
}

export async function keys(entries: AsyncIterable<ObjectEntry>): Promise<string[]> {
  return (await collect(entries)).map(({ key }) => key).sort()
}

export async function inParallel<T>(
  width: number,
  items: readonly T[],
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const waiting = items.values()
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (const item of waiting) await work(item)
    }),
  )
}
