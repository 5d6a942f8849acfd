import { readFile } from "node:fs/promises"
import { homedir } from "node:os"
import path from "node:path"

type Section = Map<string, string>

/**
 * The S3 endpoint from the environment or the AWS configuration, in this order: `AWS_ENDPOINT_URL_S3`,
 * `AWS_ENDPOINT_URL`, `endpoint_url` of the profile's `services` section, `endpoint_url` of the profile. Undefined if
 * there is none, or if `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` is true.
 *
 * The SDK has the same rules (https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html), but reads only
 * `AWS_PROFILE`, not a profile passed as an option, and exposes the endpoint only while sending.
 */
export async function configuredEndpoint(profile: string | undefined, env = process.env): Promise<string | undefined> {
  if (env["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"]?.toLowerCase() === "true") return undefined
  const fromEnvironment = env["AWS_ENDPOINT_URL_S3"] || env["AWS_ENDPOINT_URL"]
  if (fromEnvironment) return fromEnvironment

  const file = env["AWS_CONFIG_FILE"] || path.join(homedir(), ".aws", "config")
  const sections = parseConfig(await readFile(file, "utf8").catch(() => ""))
  const name = profile ?? (env["AWS_PROFILE"] || "default")
  const own = sections.get(`profile ${name}`) ?? (name === "default" ? sections.get("default") : undefined)
  if (own === undefined || own.get("ignore_configured_endpoint_urls") === "true") return undefined
  return sections.get(`services ${own.get("services")}`)?.get("s3.endpoint_url") ?? own.get("endpoint_url")
}

/** Parses the sections of an AWS config file; a nested setting is prefixed with its parent: `s3.endpoint_url`. */
function parseConfig(text: string): Map<string, Section> {
  const sections = new Map<string, Section>()
  let section: Section = new Map()
  let parent = ""
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*(?:[#;]|$)/.test(line)) continue
    const head = /^\s*\[\s*([^\]]+?)\s*\]/.exec(line)
    if (head) {
      const name = head[1]!.replace(/\s+/g, " ").replaceAll('"', "")
      section = sections.get(name) ?? new Map()
      sections.set(name, section)
      parent = ""
      continue
    }
    const [, indent = "", key = "", value = ""] = /^(\s*)([^=\s]+)\s*=\s*(.*?)\s*$/.exec(line) ?? []
    if (indent !== "" && parent !== "") section.set(`${parent}.${key}`, value)
    else {
      section.set(key, value)
      parent = value === "" ? key : ""
    }
  }
  return sections
}
