import { proxiesFrom } from "../../../lib/proxies.ts"
import type { S3ErrorFacts } from "./error-facts.ts"
import { bucketEndpointHint, type ErrorText, type S3Context } from "./error-text.ts"

/** A connection that could not be established or broke. */
export function connectionError({ code, message, system }: S3ErrorFacts, about: S3Context): ErrorText | undefined {
  const { endpoint, bucket } = about
  const unreachable = (why: string, hint: string): ErrorText => [
    "store-unreachable",
    `${endpoint} cannot be reached: ${why}.`,
    isProxied(endpoint)
      ? `${hint} A proxy is set: if the bucket is on this side of it, name its host in NO_PROXY.`
      : hint,
  ]
  const has = (...codes: string[]) => codes.some((one) => system.includes(one))
  if (has("ENOTFOUND", "EAI_AGAIN", "EAI_NODATA"))
    return unreachable(
      "its name is not known",
      `Check the spelling of the endpoint and the network connection.${bucketEndpointHint(about)}`,
    )
  if (has("ERR_PROXY_TUNNEL"))
    return unreachable("the proxy refuses the connection", "Check HTTPS_PROXY, or ask the administrator of the proxy.")
  if (has("ECONNREFUSED"))
    return unreachable("the connection was refused", "Check that the service is running and that the port is correct.")
  if (has("EHOSTUNREACH", "ENETUNREACH", "EADDRNOTAVAIL"))
    return unreachable("there is no route to it", "Check the network connection and the VPN.")
  const certificate = certificateProblem(system)
  if (certificate !== undefined) return unreachable(...certificate)
  if (has("EPROTO") || system.some((one) => /^(?:ERR_SSL_|ERR_TLS_|HPE_)/.test(one))) {
    return unreachable(
      "it does not speak the protocol of the endpoint",
      "Check whether the endpoint begins with http:// or https://.",
    )
  }
  if (has("ECONNRESET", "EPIPE", "ERR_STREAM_PREMATURE_CLOSE") || /^(?:aborted|socket hang up)$/.test(message)) {
    return [
      "store-unreachable",
      `The connection to ${endpoint} broke repeatedly.`,
      endpoint.startsWith("http:")
        ? "Run the same command again; if it fails again, check whether the endpoint should begin with https://."
        : "Run the same command again to resume.",
    ]
  }
  if (code === "TimeoutError" || has("ETIMEDOUT")) {
    return unreachable(
      `it did not answer in time for the bucket ${bucket}`,
      "Check the endpoint, and firewalls or a VPN on the way to it. For a slow service, set --timeout-seconds.",
    )
  }
  return undefined
}

/** Error in the certificate of a service, and a hint. */
function certificateProblem(system: string[]): [why: string, hint: string] | undefined {
  const code = system.find((one) => /^(?:CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|ERR_TLS_CERT)/.test(one))
  switch (code) {
    case undefined:
      return undefined
    case "CERT_HAS_EXPIRED":
      return ["its certificate has expired", "Have it renewed; if it is valid, check the clock of this machine."]
    case "CERT_NOT_YET_VALID":
      return ["its certificate is not valid yet", "Check the clock of this machine."]
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return [
        "its certificate is for another host name",
        "Check the endpoint; if only the bucket's host name is not covered, add --path-style.",
      ]
    default:
      return [
        `its certificate is not trusted (${code})`,
        "If it comes from your company's own authority, point NODE_EXTRA_CA_CERTS to that certificate.",
      ]
  }
}

/** A response that redirects elsewhere, as a web server or proxy sends it. */
export function redirectError({ status, headers }: S3ErrorFacts, { endpoint }: S3Context): ErrorText | undefined {
  const { location = "" } = headers
  if (status === undefined || status < 300 || status > 399 || !URL.canParse(location, endpoint)) return undefined
  const [from, to] = [new URL(endpoint), new URL(location, endpoint)]
  const isUpgrade = from.protocol === "http:" && to.protocol === "https:" && from.hostname === to.hostname
  const service = isUpgrade ? `${to.origin}${from.pathname.replace(/\/$/, "")}` : to.origin
  return [
    "bad-settings",
    `${endpoint} redirects to ${service}.`,
    isUpgrade
      ? `Set the endpoint: --endpoint ${service}`
      : "Give the address of the S3 API itself as endpoint, not that of a web console, a web site or a sign-in.",
  ]
}

/** Whether the environment sets a proxy for this endpoint. */
function isProxied(endpoint: string): boolean {
  const proxies = proxiesFrom(process.env)
  return (endpoint.startsWith("http:") ? proxies?.HTTP_PROXY : proxies?.HTTPS_PROXY) !== undefined
}
