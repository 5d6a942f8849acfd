import os from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { ShareError } from "../errors.ts"
import { canonicalTo, parseDestination } from "./open-store.ts"

/** Why a text is not a valid destination, and valid destinations that may have been meant. */
export interface InvalidDestination {
  says: string
  meant: string[]
  /** A hint that is more specific than the general rule. */
  hint?: string
}

const RULE = "A bucket begins with s3://, a folder with ./, ../, / or ~/."

/** Checks a destination; undefined if it is a bucket or unambiguously a folder. */
export function checkDestination(
  to: string,
  platform: NodeJS.Platform = process.platform,
): InvalidDestination | undefined {
  if (isFolder(to, platform)) return undefined
  const arn = /^(?:s3:\/*)?(arn:.*)$/i.exec(to)?.[1]
  if (arn !== undefined) return fromArn(arn)
  if (/^s3:\/\/(?:[^/]|$)/i.test(to)) return invalid(to)
  if (/^file:/i.test(to)) return { says: "is not how a folder is written", meant: fromFileLink(to) }
  if (/^https?:/i.test(to)) return fromAddress(to)
  const rest = /^s3(?:[:;]|[\\/]{2})[:;\\/]*(.*)$/i.exec(to)?.[1]
  if (rest !== undefined) return { says: "is not how a bucket is written", meant: buckets(rest) }
  if (/^[A-Za-z][A-Za-z0-9+.-]+:\/\//.test(to)) return invalid(to)
  const folder = /^[A-Za-z]:|\\/.test(to) ? [] : [`./${to}`]
  return { says: "is neither a bucket nor a folder", meant: [...buckets(to), ...folder] }
}

/** Turns the result into an error. `named` is the setting with its value: `--to team-shares`. */
export function invalidDestinationError(
  { says, meant, ...unclear }: InvalidDestination,
  named: string,
  hint?: string,
): ShareError {
  const question = meant.length === 0 ? "." : `: did you mean ${meant.join(" or ")}?`
  return new ShareError("bad-settings", `${named} ${says}${question}`, {
    hint: hint ?? unclear.hint ?? RULE,
  })
}

/** A publish token of the share server in an address. */
const TOKEN = /\bocb_[^/?#\s]*/gi

/** Formats a value of `to` for display, without any password, token or query in it. */
export function formatDestination(to: string, isQuoted = /\s/.test(to)): string {
  const shown = to
    .replace(/\/\/[^/@]*@/g, "//…@")
    .replace(TOKEN, "ocb_…")
    .replace(/^(https?:[^?]*\?).*$/is, "$1…")
  return isQuoted ? JSON.stringify(shown) : shown
}

function isFolder(to: string, platform: NodeJS.Platform): boolean {
  if (/^(?:~|\.{1,2})?\/|^(?:~|\.{1,2})$/.test(to)) return true
  return platform === "win32" && /^(?:[A-Za-z]:[\\/]|\\|(?:~|\.{1,2})\\)/.test(to)
}

/** Resolves a folder against `base`, with `~` as the home folder; returns a bucket in canonical form. */
export function resolveDestination(to: string, base: string, home = os.homedir()): string {
  return to.includes("://")
    ? canonicalTo(to)
    : path.resolve(
        base,
        to.replace(/^~(?=$|[/\\])/, () => home),
      )
}

/** The error of `parseDestination`, if any, as an `InvalidDestination`. */
function invalid(to: string): InvalidDestination | undefined {
  try {
    parseDestination(to)
    return undefined
  } catch (error) {
    if (!(error instanceof ShareError)) throw error
    const { message, hint } = error
    return { says: `cannot be used: ${lowerFirst(message.replace(/\.$/, ""))}`, meant: [], ...(hint && { hint }) }
  }
}

const lowerFirst = (text: string) => text.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase())

/** The name as an `s3://` destination, if it is a valid one. */
function buckets(name: string): string[] {
  const to = `s3://${name.replace(/^\/+|\/+$/g, "")}`
  return invalid(to) === undefined ? [to] : []
}

function fromArn(arn: string): InvalidDestination {
  const [, , service = "", , , ...rest] = arn.split(":")
  const resource = rest.join(":")
  if (service === "s3" && !/^[^/]*:|^(?:accesspoint|job|storage-lens)\//.test(resource))
    return { says: "is an ARN and not a bucket", meant: buckets(resource.replace(/\/?\*$/, "")) }
  if (service === "s3express" && resource.startsWith("bucket/"))
    return { says: "is an ARN and not a bucket", meant: buckets(resource.slice("bucket/".length)) }
  if (/accesspoint/.test(resource))
    return {
      says: "is the ARN of an access point. Give its alias, which ends in -s3alias, as s3://…-s3alias",
      meant: [],
    }
  return { says: "is an ARN and not a bucket. Give the bucket's name, as s3://team-shares", meant: [] }
}

function fromAddress(address: string): InvalidDestination {
  if (!URL.canParse(address)) return { says: "is not a bucket. Give its name, as s3://team-shares", meant: [] }
  const { protocol, host, pathname } = new URL(address)
  const names = decoded(pathname).replace(/^\/+/, "")
  const says = "is an address and not a bucket"
  // Not suggested as a bucket: the token would be shown.
  if (/(?:^|\/)ocb_/i.test(names))
    return {
      says: "is the address of a share server, which this version does not share to",
      meant: [],
      hint: "Give a bucket or a folder. OpenCode 1 shares to that server itself: set the address as enterprise.url, see docs/server.md.",
    }
  const inConsole =
    /(?:^|\.)console\.(?:aws\.amazon|amazonaws)\.(?:com|cn)$/.test(host) &&
    /^s3\/(?:buckets|object)\/([^/?]+)/.exec(names)
  if (inConsole) return { says, meant: buckets(inConsole[1] ?? "") }
  const [, inHost] = /^(?:(.+)\.)?s3[.-](?:[a-z0-9-]+\.)*amazonaws\.com(?:\.cn)?$/.exec(host) ?? []
  if (inHost !== undefined) return { says, meant: buckets(`${inHost}/${names}`) }
  if (/(?:^|\.)amazonaws\.com(?:\.cn)?$/.test(host)) return { says, meant: buckets(names) }
  const [bucket = "<bucket>"] = buckets(names).map((to) => to.slice("s3://".length))
  return { says, meant: [`s3://${bucket} with the endpoint ${protocol}//${host}`] }
}

function fromFileLink(link: string): string[] {
  try {
    return [fileURLToPath(link)]
  } catch {
    return []
  }
}

function decoded(pathname: string): string {
  try {
    return decodeURIComponent(pathname)
  } catch {
    return pathname
  }
}
