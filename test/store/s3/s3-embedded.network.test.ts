import { vi } from "vitest"
import { s3Store } from "../../../src/store/s3/s3.ts"
import { type S3ServerOptions, startS3Server } from "../../support/s3-server.ts"
import { storeContract } from "../contract.ts"

async function embedded(options: S3ServerOptions) {
  const undeletable = new Set<string>()
  const plain = await startS3Server({
    ...options,
    undeletable: (key) => (undeletable.has(key) ? "AccessDenied" : undefined),
  })
  const versioned = await startS3Server({ ...options, versions: "on" })
  for (const [name, value] of Object.entries(plain.environment)) vi.stubEnv(name, value)
  const open = (folder: string) => s3Store({ bucket: plain.bucket, endpoint: plain.endpoint, folder })
  return {
    open,
    openVersioned: (folder: string) => s3Store({ bucket: versioned.bucket, endpoint: versioned.endpoint, folder }),
    headers: async (folder: string, key: string) => {
      const headers = plain.objects().get(`${folder}/${key}`)?.headers
      return {
        contentType: headers?.["content-type"],
        cacheControl: headers?.["cache-control"],
        contentEncoding: headers?.["content-encoding"],
      }
    },
    protectable: {
      open,
      protect: async (folder: string, key: string) => {
        undeletable.add(`${folder}/${key}`)
        return async () => undeletable.clear()
      },
    },
    close: async () => {
      vi.unstubAllEnvs()
      await Promise.all([plain.close(), versioned.close()])
    },
  }
}

storeContract("embedded S3 server", () => embedded({ refuseChecksums: true }))
storeContract("embedded S3 server without the newer requests", () =>
  embedded({ deleteObjects: "unsupported", versions: "unsupported", pageSize: 7 }),
)
