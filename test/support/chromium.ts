import { accessSync, constants } from "node:fs"
import path from "node:path"
import type { Browser } from "playwright-core"

const { env, platform } = process

/** A Chromium of this machine: `CHROMIUM_PATH`, else where systems usually have one; undefined where there is none. */
export function findChromium(): string | undefined {
  const own = env["CHROMIUM_PATH"]
  return (own ? [own] : usualPlaces()).find(isExecutable)
}

export const howToGetChromium = [
  "The browser tests were left out: no Chromium was found on this machine.",
  platform === "linux"
    ? "Install one (Debian, Ubuntu: apt-get install chromium) or set CHROMIUM_PATH, and run npm test again."
    : "Install Chrome or Chromium, or set CHROMIUM_PATH, and run npm test again.",
]

/**
 * Starts that Chromium, without a window. No page may reach another host than this one, and none is bothered when one
 * tries: every other name is at `elsewhere`, which is nowhere unless it is given as `127.0.0.1:<port>`.
 */
export async function launchChromium(elsewhere = "~NOTFOUND"): Promise<Browser> {
  const { chromium } = await import("playwright-core")
  const quiet = ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
  return chromium.launch({
    executablePath: findChromium()!,
    args: ["--no-sandbox", ...quiet, "--disable-sync", `--host-resolver-rules=MAP * ${elsewhere}, EXCLUDE 127.0.0.1`],
  })
}

function usualPlaces(): string[] {
  if (platform === "darwin")
    return ["Google Chrome", "Chromium", "Microsoft Edge"].map(
      (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
    )
  if (platform === "win32")
    return [env["PROGRAMFILES"], env["PROGRAMFILES(X86)"], env["LOCALAPPDATA"]].flatMap((folder) =>
      folder
        ? [
            path.join(folder, "Google", "Chrome", "Application", "chrome.exe"),
            path.join(folder, "Chromium", "Application", "chrome.exe"),
            path.join(folder, "Microsoft", "Edge", "Application", "msedge.exe"),
          ]
        : [],
    )
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
  return (env["PATH"] ?? "").split(":").flatMap((folder) => names.map((name) => path.join(folder, name)))
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
