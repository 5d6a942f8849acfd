/** Proxies as Node's agents take them. */
export interface Proxies {
  HTTP_PROXY?: string
  HTTPS_PROXY?: string
  NO_PROXY: string
}

/** This machine is never asked for through a proxy. */
const HERE = ["localhost", "127.0.0.1", "[::1]"]

/**
 * The proxies that the environment names, in the variables that curl and the AWS tools obey, small letters first. An
 * address without a protocol is taken for http; of others (`socks5:`) Node knows nothing, they are left out.
 * Undefined where there is none.
 */
export function proxiesOf(env: NodeJS.ProcessEnv): Proxies | undefined {
  const [plain, secure] = [proxyIn(env, "HTTP_PROXY"), proxyIn(env, "HTTPS_PROXY")]
  if (plain === undefined && secure === undefined) return undefined
  const past = [env["no_proxy"] ?? env["NO_PROXY"] ?? "", ...HERE].filter(Boolean)
  return {
    ...(plain !== undefined && { HTTP_PROXY: plain }),
    ...(secure !== undefined && { HTTPS_PROXY: secure }),
    NO_PROXY: past.join(","),
  }
}

/**
 * Has `fetch` and other requests of this process take the proxies of the environment, as they do inside OpenCode.
 * Node can do that from 24.14 on; before, only those to a bucket take them (from 22.21 and 24.5 on).
 */
export async function takeProxies(env: NodeJS.ProcessEnv): Promise<void> {
  const proxies = proxiesOf(env)
  if (proxies) (await import("node:http")).setGlobalProxyFromEnv?.({ ...proxies })
}

/** Has requests to a host go past any proxy also where others see to that, by this environment. */
export function goPast(host: string, env: NodeJS.ProcessEnv): void {
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
