import { ShareError } from "../errors.ts"

/**
 * Waits for a store's response. Throws `store-unreachable` after the timeout; the request itself continues until the store
 * is closed.
 * @param name the store's name in the error
 */
export async function withTimeout<T>(answer: Promise<T>, name: string, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(timeoutError(name, timeoutMs)), timeoutMs)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
    // Avoids an unhandled rejection if the request fails after the timeout.
    answer.catch(() => {})
  }
}

const timeoutError = (name: string, timeoutMs: number) =>
  new ShareError("store-unreachable", `${name} did not answer within ${timeoutMs / 1000} seconds.`, {
    hint: "Check the endpoint, and whether a firewall or VPN blocks the connection.",
  })
