import { accessSync, constants } from "node:fs"
import path from "node:path"
import type { Browser } from "playwright-core"

const { env, platform } = process

/** Path of Chromium: `CHROMIUM_PATH`, or the usual locations; undefined if there is none. */
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
 * Launches Chromium headless. Pages cannot reach other hosts: all other names resolve to `elsewhere`, which is nowhere
 * unless given as `127.0.0.1:<port>`.
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
