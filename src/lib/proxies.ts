/** Proxy settings in the form of Node's agents. */
export interface Proxies {
  HTTP_PROXY?: string
  HTTPS_PROXY?: string
  NO_PROXY: string
}

/** Hosts that are never requested through a proxy. */
const LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"]

/**
 * Reads the proxy variables of the environment that curl and the AWS tools use; lower-case names take precedence. A
 * value without a protocol is an http URL. Other protocols (`socks5:`) are ignored, as Node does not support them.
 * Returns undefined if no proxy is set.
 */
export function proxiesFrom(env: NodeJS.ProcessEnv): Proxies | undefined {
  const [plain, secure] = [proxyIn(env, "HTTP_PROXY"), proxyIn(env, "HTTPS_PROXY")]
  if (plain === undefined && secure === undefined) return undefined
  const past = [env["no_proxy"] ?? env["NO_PROXY"] ?? "", ...LOOPBACK_HOSTS].filter(Boolean)
  return {
    ...(plain !== undefined && { HTTP_PROXY: plain }),
    ...(secure !== undefined && { HTTPS_PROXY: secure }),
    NO_PROXY: past.join(","),
  }
}

/**
 * Routes `fetch` and other requests of this process through the proxies of the environment, as they are inside
 * OpenCode. Requires Node 24.14; before, only requests to a bucket use proxies (since 22.21 and 24.5).
 */
export async function useProxies(env: NodeJS.ProcessEnv): Promise<void> {
  const proxies = proxiesFrom(env)
  if (proxies) (await import("node:http")).setGlobalProxyFromEnv?.({ ...proxies })
}

/** Adds a host to NO_PROXY and no_proxy of an environment. */
export function bypassProxies(host: string, env: NodeJS.ProcessEnv): void {
  for (const name of ["NO_PROXY", "no_proxy"]) {
    const hosts = (env[name] ?? "").split(",").map((each) => each.trim())
    if (!hosts.includes(host)) env[name] = [...hosts.filter(Boolean), host].join(",")
  }
}

function proxyIn(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const named = env[name.toLowerCase()] || env[name]
  if (!named) return undefined
  const url = named.includes("://") ? named : `http://${named}`
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) ? url : undefined
}
