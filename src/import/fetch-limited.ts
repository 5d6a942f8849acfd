import { type LookupAddress, lookup as resolve } from "node:dns"
import http, { type IncomingMessage } from "node:http"
import https from "node:https"
import { isIP, type LookupFunction } from "node:net"
import type { Readable } from "node:stream"
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib"
import { ShareError } from "../errors.ts"
import { proxiesFrom } from "../lib/proxies.ts"
import { isLoopback, isPrivate } from "./private-address.ts"

export interface FetchLimitedOptions {
  /** Size limit of the response in bytes, after decompression. */
  maxBytes: number
  /** Bearer token. Sent with the first request only, never after a redirect; only over https or to this machine. */
  token?: string | undefined
  /** Follow redirects to private addresses. */
  allowPrivate?: boolean | undefined
  /** Timeout in milliseconds without any data. Default: 30,000. */
  timeoutMs?: number
  /** Resolves host names. Default: the system's resolver. */
  lookup?: LookupFunction
}

const MAX_REDIRECT_COUNT = 5

/**
 * Fetches an http(s) address completely. The address itself may be in any network, since the user named it. Redirects to
 * private addresses are refused unless they stay on that server, and so are redirects from https to http. Connects only
 * to addresses that were checked, and resolves each name once, which prevents DNS rebinding.
 *
 * Throws `share-not-found` (404, 410), `store-denied` (401, 403 and other statuses), `store-unreachable`, `bad-usage` for a
 * token that would be sent in clear text, and `bad-input` if the response is too large.
 */
export async function fetchLimited(url: URL, options: FetchLimitedOptions): Promise<Uint8Array> {
  const { token, allowPrivate, ...others } = options
  if (token !== undefined) assertConfidential(url)
  const names: Names = new Map()
  let answer = await request(url, { ...others, token, checked: false, names })
  let at = url
  for (let left = MAX_REDIRECT_COUNT; ; left--) {
    const next = answer.headers.location
    if (![301, 302, 303, 307, 308].includes(answer.statusCode ?? 0) || next === undefined)
      return readBody(answer, at, options.maxBytes)
    answer.destroy()
    if (left === 0) throw refused(at, "redirects again and again")
    if (!URL.canParse(next, at)) throw refused(at, "redirects to no address")
    const to = new URL(next, at)
    if (!/^https?:$/.test(to.protocol)) throw refused(at, "redirects to an address that is not http or https")
    if (at.protocol === "https:" && to.protocol === "http:") throw refused(at, "redirects from https to http")
    if (to.username || to.password) throw refused(at, "redirects to an address with a password in it")
    at = to
    answer = await request(at, { ...others, checked: !allowPrivate && !isSameServer(at, url), names })
  }
}

/** Whether host and port are the same, or change only from http to https on default ports. */
function isSameServer(at: URL, named: URL): boolean {
  const isUpgrade = named.protocol === "http:" && !named.port && at.protocol === "https:" && !at.port
  return at.hostname === named.hostname && (at.origin === named.origin || isUpgrade)
}

/** Throws `bad-usage` for an address to which a token would be sent over a network in clear text. */
export function assertConfidential(url: URL): void {
  if (url.protocol === "https:" || isThisMachine(url)) return
  throw new ShareError("bad-usage", `A token is only sent over https, and ${url.origin} does not use it.`, {
    hint: "Give the link with https.",
  })
}

const isThisMachine = ({ hostname }: URL) => hostname === "localhost" || isLoopback(hostname.replace(/^\[|\]$/g, ""))

/** Resolved addresses by host name. */
type Names = Map<string, LookupAddress[]>

interface RequestOptions extends Omit<FetchLimitedOptions, "allowPrivate"> {
  /** Refuse private addresses. */
  checked: boolean
  names: Names
}

function request(
  url: URL,
  { token, timeoutMs = 30_000, checked, names, lookup = resolve as LookupFunction }: RequestOptions,
) {
  const host = url.hostname.replace(/^\[|\]$/g, "")
  if (checked && isIP(host) !== 0 && isPrivate(host)) throw privateRedirect(url)
  const isClear = url.protocol === "http:"
  const look: LookupFunction = (name, wanted, give) => {
    const use = (addresses: LookupAddress[]) => {
      names.set(name, addresses)
      if (checked && addresses.some(({ address }) => isPrivate(address))) return give(privateRedirect(url), "")
      if (token !== undefined && isClear && !addresses.every(({ address }) => isLoopback(address)))
        return give(
          new ShareError("bad-usage", `${name} is not this machine, and a token is only sent over https.`),
          "",
        )
      const [first] = addresses
      if (first && !wanted.all) return give(null, first.address, first.family)
      give(null, addresses)
    }
    const known = names.get(name)
    if (known) return use(known)
    lookup(name, { ...wanted, all: true }, (error, found) => {
      if (error) return give(error, "")
      use(Array.isArray(found) ? found : [])
    })
  }
  return new Promise<IncomingMessage>((answered, failed) => {
    const headers = {
      accept: "application/json",
      "accept-encoding": "gzip, deflate, br",
      "user-agent": "opencode-bucket",
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    }
    const of = url.protocol === "https:" ? https : http
    // A proxy resolves names itself, so requests whose address must be checked, or with a token to this machine, bypass it.
    const isDirect = checked || (token !== undefined && isClear)
    const sent = of.get(url, {
      headers,
      lookup: look,
      timeout: timeoutMs,
      agent: isDirect ? false : new of.Agent({ proxyEnv: { ...proxiesFrom(process.env) } }),
    })
    sent.once("response", answered)
    sent.once("timeout", () => sent.destroy(new Error("no answer")))
    sent.once("error", (error) => failed(error instanceof ShareError ? error : unreachable(url, error)))
  })
}

async function readBody(answer: IncomingMessage, url: URL, limit: number): Promise<Uint8Array> {
  const status = answer.statusCode ?? 0
  if (status === 404 || status === 410) {
    answer.destroy()
    throw new ShareError("share-not-found", `There is no share at ${url.href}.`, {
      hint: "It may have been removed, or have come to its end.",
    })
  }
  if (status !== 200) {
    answer.destroy()
    throw status === 401 || status === 403 ? denied(url) : refused(url, `answers ${status}`)
  }
  const chunks: Buffer[] = []
  let size = 0
  const body = decoded(answer)
  try {
    for await (const chunk of body) {
      size += (chunk as Buffer).length
      if (size > limit) throw tooLarge(url, limit)
      chunks.push(chunk as Buffer)
    }
  } catch (error) {
    throw error instanceof ShareError ? error : unreachable(url, error)
  } finally {
    answer.destroy()
  }
  return Buffer.concat(chunks, size)
}

function decoded(answer: IncomingMessage): Readable {
  const decoder = {
    gzip: createGunzip,
    deflate: createInflate,
    br: createBrotliDecompress,
  }[answer.headers["content-encoding"]?.toLowerCase() ?? ""]
  if (!decoder) return answer
  const stream = decoder()
  answer.once("error", (error) => stream.destroy(error))
  return answer.pipe(stream)
}

export function denied(url: URL): ShareError {
  const [, base, id] = /^(.*)\/s\/([\w-]{1,64})\//.exec(url.pathname) ?? []
  const ways = [
    "open the page in the browser, sign in, save its JSON and import that file",
    ...(id === undefined
      ? []
      : [`if it is on a share server, ${url.origin}${base}/import/${id} gives a command to run`]),
    "or give --token, if you were given one",
  ]
  return new ShareError("store-denied", `Access to ${url.href} was denied.`, { hint: `You can ${ways.join("; ")}.` })
}

const refused = (url: URL, what: string) =>
  new ShareError("store-denied", `${url.href} ${what}.`, { hint: "Check the link in a browser." })

const privateRedirect = (url: URL) =>
  new ShareError("store-denied", `The link redirects to ${url.host}, which is in a private network.`, {
    hint: "If that is right, give --allow-private, or the address itself.",
  })

const tooLarge = (url: URL, limit: number) =>
  new ShareError("bad-input", `${url.href} is larger than ${Math.round(limit / 1e6)} MB.`, {
    hint: "Download it and import the file.",
  })

const unreachable = (url: URL, cause: unknown) =>
  new ShareError(
    "store-unreachable",
    `${url.href} could not be fetched (${(cause as NodeJS.ErrnoException)?.code ?? "no whole answer"}).`,
    {
      hint: "Check the link and the network.",
      cause,
    },
  )
