import { ShareError } from "../errors.ts"

/**
 * What a store answers, within a time. Throws `store-unreachable` after it; the request itself goes on until the store is
 * closed.
 * @param name what to call the store
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
    // It may fail later, when nobody listens any more.
    answer.catch(() => {})
  }
}

const timeoutError = (name: string, timeoutMs: number) =>
  new ShareError("store-unreachable", `${name} did not answer within ${timeoutMs / 1000} seconds.`, {
    hint: "See whether its endpoint is right and no firewall or VPN stands between.",
  })
