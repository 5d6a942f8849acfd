import { createHash } from "node:crypto"
import { GetObjectCommand, S3Client, type S3ClientConfig } from "@aws-sdk/client-s3"
import { ShareError } from "../../errors.ts"
import { proxiesFrom } from "../../lib/proxies.ts"
import { checkBucketInEndpoint } from "./s3-endpoint.ts"
import { configuredEndpoint } from "./s3-profile.ts"

export interface S3Settings {
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
  client: S3Client
  region: string
  /** The service's address, for messages: `https://minio.corp.example`. */
  endpoint: string
  /** The bucket's address, ending in `/`, in path style or with the bucket in the host name. */
  bucketUrl: string
}

const DEFAULT_TIMEOUTS_MS = { connect: 5_000, idle: 15_000 }

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
  const bucketUrl = await locate({ ...config, region }, settings.bucket)
  return {
    client: await makeClient({ ...config, region }, settings.timeouts ?? DEFAULT_TIMEOUTS_MS, settings.maxSockets),
    region,
    endpoint: endpoint ?? new URL(bucketUrl).origin,
    bucketUrl,
  }
}

async function makeClient(
  config: S3ClientConfig,
  timeouts: { connect: number; idle: number },
  maxSockets = 32,
): Promise<S3Client> {
  const agent = { keepAlive: true, maxSockets, proxyEnv: { ...proxiesFrom(process.env) } }
  const client = new S3Client({
    ...config,
    // Since 3.729 the SDK adds CRC32 checksums to every request, which R2, B2, Swift and older MinIO reject
    // (aws/aws-sdk-js-v3#6810).
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    retryMode: "standard",
    maxAttempts: 5,
    requestHandler: {
      connectionTimeout: timeouts.connect,
      socketTimeout: timeouts.idle,
      httpAgent: agent,
      httpsAgent: agent,
    },
  })
  signContentMd5(client)
  await limitTimeoutRetries(client)
  return client
}

/**
 * DeleteObjects requires a checksum of its body. The SDK sends CRC32, which many services do not support; all support
 * Content-MD5 (aws/aws-sdk-js-v3#6819, #6920). Runs after the SDK's checksums and before signing.
 */
function signContentMd5(client: S3Client): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      if (context["commandName"] !== "DeleteObjectsCommand") return next(args)
      const request = args.request as { headers: Record<string, string>; body: string | Uint8Array }
      for (const name of Object.keys(request.headers)) {
        if (/^x-amz-(?:sdk-)?checksum-/i.test(name)) delete request.headers[name]
      }
      request.headers["content-md5"] = createHash("md5").update(request.body).digest("base64")
      return next(args)
    },
    { name: "contentMd5", step: "build", priority: "low" },
  )
}

/**
 * Retries timeouts once instead of four times, so that the user gets an error in seconds, not minutes. Other errors are
 * retried as the SDK decides.
 */
async function limitTimeoutRetries(client: S3Client): Promise<void> {
  const standard = await client.config.retryStrategy()
  if (!("refreshRetryTokenForRetry" in standard)) return
  const refresh = standard.refreshRetryTokenForRetry.bind(standard)
  standard.refreshRetryTokenForRetry = (token, info) => {
    if (isTimeout(info.error) && token.getRetryCount() >= 1) return Promise.reject(info.error)
    return refresh(token, info)
  }
}

/** Whether the error is a timeout of the SDK's HTTP client. */
function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === "TimeoutError" && !("code" in error && error.code !== "ETIMEDOUT")
}

async function configuredRegion(config: S3ClientConfig, ownEndpoint: boolean): Promise<string> {
  try {
    return await new S3Client(config).config.region()
  } catch (error) {
    const other = process.env["AWS_DEFAULT_REGION"]
    if (other !== undefined && other !== "") return other
    // Most services other than AWS have a single region and accept this name for it.
    if (ownEndpoint) return "us-east-1"
    throw new ShareError("bad-settings", "No region is configured for the bucket.", {
      hint: "Name it with --region or AWS_REGION, such as eu-central-1.",
      cause: error,
    })
  }
}

/**
 * Lets the SDK build a request and captures its address without sending it: links must follow the SDK's extensive rules
 * for regions, partitions and bucket names.
 */
async function locate(config: S3ClientConfig, bucket: string): Promise<string> {
  const client = new S3Client({ ...config, credentials: { accessKeyId: "none", secretAccessKey: "none" } })
  let found: URL | undefined
  client.middlewareStack.add(
    () => async (args) => {
      const { protocol, hostname, port, path } = args.request as {
        protocol: string
        hostname: string
        port?: number
        path: string
      }
      found = new URL(`${protocol}//${hostname}${port === undefined ? "" : `:${port}`}${path}`)
      return { response: undefined, output: { $metadata: {} } }
    },
    { step: "build" },
  )
  try {
    await client.send(new GetObjectCommand({ Bucket: bucket, Key: "key" }))
  } catch (error) {
    throw new ShareError("bad-settings", `The bucket ${bucket} cannot be addressed: ${(error as Error).message}.`, {
      hint: "Check the bucket's name, the endpoint and the region.",
      cause: error,
    })
  } finally {
    client.destroy()
  }
  return found!.href.slice(0, -"key".length)
}

function checkEndpoint(endpoint: string): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "") return endpoint
  // Not quoted: the address may contain a password.
  throw new ShareError("bad-settings", "The endpoint is not the plain address of a service.", {
    hint: "Give the whole address of the S3 service, such as https://minio.corp.example.",
  })
}
