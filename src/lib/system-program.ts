import path from "node:path"
import { type ProgramCall, runFirst } from "./run-program.ts"

/** The part of the environment that decides which programs a system has. */
interface DesktopEnvironment {
  env: Record<string, string | undefined>
  platform: NodeJS.Platform
}

/** Copies a text to the system's clipboard. Resolves to whether that succeeded. */
export const copyToSystemClipboard = (text: string, system: DesktopEnvironment): Promise<boolean> =>
  runFirst(clipboardPrograms(system), { env: system.env, input: text })

/**
 * Opens a link in the user's browser. Resolves to whether a program for that was started; false also for what is no
 * web address or file.
 */
export async function openInBrowser(link: string, system: DesktopEnvironment): Promise<boolean> {
  if (!URL.canParse(link)) return false
  const { protocol, href } = new URL(link)
  if (!["http:", "https:", "file:"].includes(protocol)) return false
  return runFirst(browserPrograms(href, system), { env: system.env, mayStay: true })
}

function clipboardPrograms({ env, platform }: DesktopEnvironment): ProgramCall[] {
  if (platform === "darwin") return [["/usr/bin/pbcopy"]]
  if (platform === "win32") return [[onWindows("clip.exe", env)]]
  if (env["WSL_DISTRO_NAME"]) return [["clip.exe"]]
  if (env["TERMUX_VERSION"]) return [["termux-clipboard-set"]]
  return [
    ...(env["WAYLAND_DISPLAY"] ? ([["wl-copy"]] as const) : []),
    ...(env["DISPLAY"]
      ? ([
          ["xclip", "-selection", "clipboard"],
          ["xsel", "--clipboard", "--input"],
        ] as const)
      : []),
  ]
}

function browserPrograms(link: string, { env, platform }: DesktopEnvironment): ProgramCall[] {
  if (platform === "darwin") return [["/usr/bin/open", link]]
  if (platform === "win32") return [[onWindows("rundll32.exe", env), "url.dll,FileProtocolHandler", link]]
  if (env["TERMUX_VERSION"]) return [["termux-open-url", link]]
  return [...(env["WSL_DISTRO_NAME"] ? ([["wslview", link]] as const) : []), ["xdg-open", link]]
}

// By its whole path: Windows looks for a name alone in the working directory first, which may be a stranger's project.
const onWindows = (program: string, env: DesktopEnvironment["env"]) =>
  path.win32.join(env["SystemRoot"] ?? "C:\\Windows", "System32", program)
