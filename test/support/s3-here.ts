import { onTestFinished, vi } from "vitest"
import type { ObjectStore, StoredObject } from "../../src/store/object-store.ts"
import { type S3StoreOptions, s3Store } from "../../src/store/s3/s3.ts"
import { type S3Server, type S3ServerOptions, startS3Server } from "./s3-server.ts"

/** An embedded S3 server for one test, with its credentials in the environment, and a store on its bucket. */
export async function s3Here(
  options: S3ServerOptions = {},
  more: Partial<S3StoreOptions> = {},
): Promise<{ server: S3Server; store: ObjectStore }> {
  const server = await startS3Server(options)
  onTestFinished(() => server.close())
  useEnvironment(server.environment)
  const store = await s3Store({ bucket: server.bucket, endpoint: server.endpoint, ...more })
  onTestFinished(() => store.close())
  return { server, store }
}

/** Sets environment variables for one test; undefined unsets one. */
export function useEnvironment(variables: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
}

export function page(body: string): StoredObject {
  return { body: Buffer.from(body), contentType: "text/html; charset=utf-8", cacheControl: "no-cache" }
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

export async function keysOf(store: ObjectStore, prefix: string): Promise<string[]> {
  return (await collect(store.list(prefix))).map(({ key }) => key)
}
