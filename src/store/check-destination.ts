import os from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { ShareError } from "../errors.ts"
import { canonicalTo, parseDestination } from "../store/open-store.ts"

/** Why a text names no place to share to: what it is instead, and what may have been meant, as it has to be written. */
export interface UnclearPlace {
  says: string
  meant: string[]
  /** What to do, where there is more to say than the rule. */
  hint?: string
}

const RULE = "A bucket begins with s3://, a folder with ./, ../, / or ~/."

/** What stands against a text as the place that shares go to; undefined for a bucket and for what can only be a folder. */
export function unclearPlace(to: string, platform: NodeJS.Platform = process.platform): UnclearPlace | undefined {
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

/** The same as an error. `named` is the setting with its value: `--to team-shares`. */
export function unclearError({ says, meant, ...unclear }: UnclearPlace, named: string, hint?: string): ShareError {
  const question = meant.length === 0 ? "." : `: did you mean ${meant.join(" or ")}?`
  return new ShareError("bad-settings", `${named} ${says}${question}`, {
    hint: hint ?? unclear.hint ?? RULE,
  })
}

/** A value that was given as `to`, for people: a password in an address is left out. */
export function valueInWords(to: string, isQuoted = /\s/.test(to)): string {
  const shown = to.replace(/\/\/[^/@]*@/g, "//…@")
  return isQuoted ? JSON.stringify(shown) : shown
}

function isFolder(to: string, platform: NodeJS.Platform): boolean {
  if (/^(?:~|\.{1,2})?\/|^(?:~|\.{1,2})$/.test(to)) return true
  return platform === "win32" && /^(?:[A-Za-z]:[\\/]|\\|(?:~|\.{1,2})\\)/.test(to)
}

/** Where a folder is: from where it is written, `~` being the home folder. A bucket as it is written everywhere. */
export function absolutePlace(to: string, base: string, home = os.homedir()): string {
  return to.includes("://")
    ? canonicalTo(to)
    : path.resolve(
        base,
        to.replace(/^~(?=$|[/\\])/, () => home),
      )
}

/** What `parseDestination` says against it, in the form of this file. */
function invalid(to: string): UnclearPlace | undefined {
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

/** A name as a bucket, with its folder, if it can be one. */
function buckets(name: string): string[] {
  const to = `s3://${name.replace(/^\/+|\/+$/g, "")}`
  return invalid(to) === undefined ? [to] : []
}

function fromArn(arn: string): UnclearPlace {
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

function fromAddress(address: string): UnclearPlace {
  if (!URL.canParse(address)) return { says: "is not a bucket. Give its name, as s3://team-shares", meant: [] }
  const { protocol, host, pathname } = new URL(address)
  const names = decoded(pathname).replace(/^\/+/, "")
  const says = "is an address and not a bucket"
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
