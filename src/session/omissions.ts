/** Kinds of content that `--omit` removes. */
export const omissions = ["reasoning", "tool-output", "attachments"] as const
export type Omission = (typeof omissions)[number]
