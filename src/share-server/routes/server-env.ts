import type { Hono } from "hono"
import type { ShareBackend } from "../../share-api/share-api.ts"
import type { ObjectStore } from "../../store/object-store.ts"
import type { Access, Reader } from "../access/access.ts"
import type { TokenCipher } from "../access/encrypted-token.ts"
import type { Inventory } from "../inventory/inventory.ts"
import type { Log } from "../log.ts"
import type { Metrics } from "../metrics.ts"
import type { ShareBackends } from "../shares/share-backend.ts"
import type { ShareStatuses } from "../shares/share-status.ts"
import type { Webhooks } from "../webhooks/webhooks.ts"

/** Variables of a request, set by the middleware before its route. */
export interface ServerEnv {
  Variables: {
    /** Set by `requireReader`. */
    reader: Reader
    /** Set by `requirePublishToken`. */
    backend: ShareBackend
  }
}

export type ServerHono = Hono<ServerEnv>

/** Services of the routes. */
export interface ServerContext {
  store: ObjectStore
  backends: ShareBackends
  inventory: Inventory
  webhooks?: Webhooks | undefined
  access: Access
  tokenCipher: TokenCipher
  log: Log
  metrics: Metrics
  now: () => Date
  statusOf: ShareStatuses
  /** Public base URL of the server: an origin and an optional path, without a trailing slash. */
  publicUrl: string
  /** Path of `publicUrl`, without a trailing slash. */
  base: string
  /** Maximum body of one request. */
  maxBodyBytes: number
  ratePerMinute: number
  /** Maximum publish tokens that a reader may create; 0: none. */
  tokensPerPerson: number
  /** Owners choose no longer lifetime for their shares. */
  maxLifetimeMs: number
  /** Schedules a share for publishing. */
  schedule: (id: string) => void
  /** Whom to ask about access, as text for readers. */
  contact?: string | undefined
}
