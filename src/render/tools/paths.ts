import type { PathContext } from "./tool.ts"

/** A path split for display: the folder apart from the name. */
export function splitPath(path: string, context: PathContext): { folder: string; object: string } {
  const short = shortenPath(path, context)
  const slash = Math.max(short.lastIndexOf("/", short.length - 2), short.lastIndexOf("\\", short.length - 2)) + 1
  return { folder: short.slice(0, slash), object: short.slice(slash) }
}

/** A path relative to the session's directory, if it is below it. */
export function shortenPath(path: string, { directory }: PathContext): string {
  if (directory === "" || !path.startsWith(directory)) return path
  const rest = path.slice(directory.length)
  if (rest === "") return "."
  return /^[/\\]/.test(rest) ? rest.slice(1) : path
}
