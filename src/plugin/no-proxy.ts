/** Has requests to a host go past any `HTTP_PROXY`: OpenCode would otherwise send even loopback's through it. */
export function noProxyFor(host: string, env: NodeJS.ProcessEnv = process.env): void {
  for (const name of ["NO_PROXY", "no_proxy"]) {
    const hosts = (env[name] ?? "").split(",").map((each) => each.trim())
    if (!hosts.includes(host)) env[name] = [...hosts.filter(Boolean), host].join(",")
  }
}
