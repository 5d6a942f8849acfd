import type { PathContext } from "./tool.ts"

/** A path split for display: the folder apart from the name. */
export function splitPath(path: string, context: PathContext): { folder: string; object: string } {
  const short = shortenPath(path, context)
  const slash = Math.max(short.lastIndexOf("/", short.length - 2), short.lastIndexOf("\\", short.length - 2)) + 1
  return { folder: short.slice(0, slash), object: short.slice(slash) }
}

/**
 * A path relative to the session's directory, if it is below it. Windows' separators and drive letters may be written in
 * both ways.
 */
export function shortenPath(path: string, { directory }: PathContext): string {
  if (directory === "" || directory.length > path.length) return path
  const isWindows = /^[A-Za-z]:[\\/]|^~?\\|^~.*\\/.test(directory + path)
  const isBelow = isWindows
    ? asWindows(path.slice(0, directory.length)) === asWindows(directory)
    : path.startsWith(directory)
  if (!isBelow) return path
  const rest = path.slice(directory.length)
  if (rest === "") return "."
  return /^[/\\]/.test(rest) ? rest.slice(1) : path
}

const asWindows = (path: string): string =>
  path.replaceAll("\\", "/").replace(/^[A-Z]:/, (drive) => drive.toLowerCase())
