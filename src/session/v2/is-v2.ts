import { fields, isFields, type UnknownFields } from "../read-json.ts"

/** Whether a message has the form of OpenCode 2: `{id, type, time, …}`, without `info` and `parts`. */
export function isV2Message(message: unknown): message is UnknownFields {
  if (!isFields(message)) return false
  const { type, role } = isFields(message["info"]) ? message["info"] : message
  return typeof type === "string" && typeof role !== "string"
}

/** Whether a session's `info` has the form of OpenCode 2, where the folder is in `location`. */
export const isV2Info = (info: unknown): boolean => isFields(fields(info)["location"])

/** Types of messages that are never shared: instructions and reminders that OpenCode inserts. Sources leave them out. */
export const NEVER_SHARED: readonly unknown[] = ["system", "synthetic"]
