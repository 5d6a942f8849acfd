import { loadSharedConfigFiles } from "@smithy/core/config"

/**
 * The S3 endpoint from the environment or the AWS configuration, in this order: `AWS_ENDPOINT_URL_S3`,
 * `AWS_ENDPOINT_URL`, `endpoint_url` of the profile's `services` section, `endpoint_url` of the profile. Undefined if
 * there is none, or if `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` is true.
 *
 * The SDK has the same rules (https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html), but reads only
 * `AWS_PROFILE`, not a profile passed as an option, and exposes the endpoint only while sending.
 */
export async function configuredEndpoint(profile: string | undefined): Promise<string | undefined> {
  if (process.env["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"]?.toLowerCase() === "true") return undefined
  const fromEnvironment = process.env["AWS_ENDPOINT_URL_S3"] || process.env["AWS_ENDPOINT_URL"]
  if (fromEnvironment) return fromEnvironment

  const { configFile } = await loadSharedConfigFiles({ ignoreCache: true })
  const own = configFile[profile ?? (process.env["AWS_PROFILE"] || "default")]
  if (own === undefined || own["ignore_configured_endpoint_urls"] === "true") return undefined
  return configFile[`services.${own["services"]}`]?.["s3.endpoint_url"] ?? own["endpoint_url"]
}
