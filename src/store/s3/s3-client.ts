import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3"
import { ShareError } from "../../errors.ts"
import { proxiesFrom } from "../../lib/proxies.ts"
import type { BucketOptions } from "../bucket-options.ts"
import { credentialProvider, type KnownCredentials, SilentLogger } from "./credentials/credential-provider.ts"
import { renewCredentials } from "./credentials/renew-credentials.ts"
import { signContentMd5 } from "./s3-content-md5.ts"
import { sendWithEveryRequest } from "./s3-demands.ts"
import { checkBucketInEndpoint } from "./s3-endpoint.ts"
import { bucketAddress, configuredRegion } from "./s3-location.ts"
import { configuredEndpoint } from "./s3-profile.ts"
import { TimeoutLimitedRetryStrategy } from "./s3-retries.ts"

export interface S3Settings extends BucketOptions {
  bucket: string
  /** The folder in the bucket, for error messages. */
  folder?: string | undefined
  endpoint?: string | undefined
  region?: string | undefined
  profile?: string | undefined
  /** Default: true if an endpoint is set, here, in the environment or in the profile. */
  pathStyle?: boolean | undefined
  /** Timeouts in milliseconds for connecting, and for a connection without data. Default: 5,000 and 15,000. */
  timeouts?: { connect: number; idle: number } | undefined
  /** Concurrent connections. Default: 32, enough to share; a server needs one for each slow reader. */
  maxSockets?: number | undefined
}

export interface S3Connection {
  credentials: KnownCredentials
  client: S3Client
  region: string
  /** The service's address, for messages: `https://minio.corp.example`. */
  endpoint: string
  /** The bucket's address, ending in `/`, in path style or with the bucket in the host name. */
  bucketUrl: string
  /** Ends all requests, which fail. */
  close(): void
}

const DEFAULT_TIMEOUTS_MS = { connect: 5_000, idle: 15_000 }
const MAX_ATTEMPTS = 5

/** Creates the client. Sends nothing and resolves no credentials. Throws `bad-settings`. */
export async function connect(settings: S3Settings): Promise<S3Connection> {
  const endpoint = settings.endpoint ?? (await configuredEndpoint(settings.profile))
  if (endpoint !== undefined) checkBucketInEndpoint(checkEndpoint(endpoint), settings.bucket, settings.folder)
  const config: S3ClientConfig = {
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(settings.profile === undefined ? {} : { profile: settings.profile }),
    forcePathStyle: settings.pathStyle ?? endpoint !== undefined,
  }
  const region = settings.region ?? (await configuredRegion(config, endpoint !== undefined))
  const credentials: KnownCredentials = { source: undefined }
  const bucketUrl = await bucketAddress({ ...config, region }, settings.bucket)
  const retries = new TimeoutLimitedRetryStrategy(MAX_ATTEMPTS)
  const client = makeClient({ ...config, region, retryStrategy: retries }, settings, credentials)
  return {
    client,
    credentials,
    region,
    endpoint: endpoint ?? new URL(bucketUrl).origin,
    bucketUrl,
    close() {
      retries.isClosed = true
      client.destroy()
    },
  }
}

const timeoutsOf = (seconds: number | undefined) =>
  seconds === undefined
    ? DEFAULT_TIMEOUTS_MS
    : { connect: Math.max(DEFAULT_TIMEOUTS_MS.connect, seconds * 333), idle: seconds * 1000 }

function makeClient(
  config: S3ClientConfig,
  { timeouts, timeoutSeconds, maxSockets = 32, ...demands }: S3Settings,
  credentials: KnownCredentials,
): S3Client {
  const { connect, idle } = timeouts ?? timeoutsOf(timeoutSeconds)
  const agent = { keepAlive: true, maxSockets, proxyEnv: { ...proxiesFrom(process.env) } }
  const client = new S3Client({
    ...config,
    credentials: credentialProvider(config.profile, credentials),
    logger: new SilentLogger(),
    // Since 3.729 the SDK adds CRC32 checksums to every request, which R2, B2, Swift and older MinIO reject
    // (aws/aws-sdk-js-v3#6810).
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: {
      connectionTimeout: connect,
      socketTimeout: idle,
      httpAgent: agent,
      httpsAgent: agent,
    },
  })
  renewCredentials(client, credentials)
  signContentMd5(client)
  sendWithEveryRequest(client, demands)
  return client
}

function checkEndpoint(endpoint: string): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "") return endpoint
  // Not quoted: the address may contain a password.
  throw new ShareError("bad-settings", "The endpoint is not the plain address of a service.", {
    hint: "Give the whole address of the S3 service, such as https://minio.corp.example.",
  })
}
