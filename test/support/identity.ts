import { spawn } from "node:child_process"
import path from "node:path"
import type { Page } from "playwright-core"
import { onTestFinished } from "vitest"
import { freePort } from "./server-process.ts"

/** Client of `startProvider`. */
export const [providerClientId, providerClientSecret] = ["opencode-bucket", "a-secret-of-the-client"]

/** Starts a real OpenID provider in a process of its own, until the test ends. Returns its issuer. */
export async function startProvider(
  publicUrl: string,
  { port, groups = [] as string[] }: { port?: number; groups?: string[] } = {},
): Promise<string> {
  const listening = port ?? (await freePort())
  const script = path.join(import.meta.dirname, "identity-provider.ts")
  const args = [script, String(listening), providerClientId!, providerClientSecret!, publicUrl, groups.join(",")]
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] })
  onTestFinished(() => void child.kill("SIGKILL"))
  await new Promise<void>((resolve, reject) => {
    child.stdout.once("data", () => resolve())
    child.once("exit", (code) => reject(new Error(`The provider ended with ${code}.`)))
  })
  return `http://127.0.0.1:${listening}`
}

/** Signs in at the provider, in a page that was sent there. */
export async function signInAs(page: Page, name: string): Promise<void> {
  await page.fill("input[name=login]", name)
  await page.fill("input[name=password]", "any")
  await page.click("button[type=submit]")
  await page.waitForSelector("text=Continue")
  await page.click("button[type=submit]")
}
