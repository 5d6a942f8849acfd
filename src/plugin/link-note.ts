const NO_BUCKET =
  "No bucket is set, so only this machine can open the link. To share with others, run this in a terminal and restart OpenCode: npx opencode-bucket init"

/** Note for the user about a new link; undefined for one that opens, and for the user's own folder. */
export function linkNote({ isDefault, seen, note }: Record<string, unknown>): string | undefined {
  if (isDefault === true) return NO_BUCKET
  return typeof note === "string" && seen !== "local" ? note : undefined
}
