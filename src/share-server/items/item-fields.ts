import { publishedTool } from "../../render/tools/published-tool.ts"
import { boundJson } from "../../session/bounded.ts"
import { createIDAssigner } from "../../session/ids.ts"
import type { Json, Part } from "../../session/model.ts"
import { normalizeMessage, normalizeSession } from "../../session/normalize.ts"
import { normalizePart } from "../../session/normalize-part.ts"
import { infoRecord, messageRecord } from "../../session/published.ts"
import { partRecord } from "../../session/published-part.ts"
import { fields, optionalText } from "../../session/read-json.ts"
import { boundedPart, shownFile, shownTool } from "../../session/shown-part.ts"
import type { StoredItem } from "./stored-item.ts"

/**
 * Reduces items to the fields that a share is made of, the same as in `session.json`: no provider responses, no client
 * settings. Drops items that no page shows.
 */
export const withFields = (items: readonly StoredItem[]): StoredItem[] =>
  items.flatMap((item) => {
    const data = fieldsOf(item)
    return data === undefined ? [] : [{ ...item, data }]
  })

function fieldsOf({ type, data }: StoredItem): unknown {
  const { id } = fields(data)
  switch (type) {
    case "session":
      return sessionFields(data)
    case "message": {
      const message = normalizeMessage({ info: data, parts: [] })
      const sessionID = optionalText(fields(data)["sessionID"]) ?? ""
      return message.role === "malformed" || message.role === "event"
        ? boundJson(data as Json)
        : { ...fields(messageRecord(message, sessionID)), id }
    }
    case "part":
      return partFields(data)
    case "undo":
    case "redo":
      return data
    default:
      // `session_diff` and `model` are not published.
      return undefined
  }
}

function sessionFields(data: unknown) {
  const { info } = normalizeSession({ info: data, async *messages() {}, children: [] })
  const { messageID, partID } = fields(fields(data)["revert"])
  const undone = optionalText(messageID)
  // Without `revert`, undone messages would be published.
  const revert = undone !== undefined && { revert: { messageID: undone, partID: optionalText(partID) } }
  return { ...fields(infoRecord(info)), ...revert }
}

/** Internals of OpenCode that pages do not show. */
const unpublishedTypes = new Set<Part["type"]>(["step-finish", "snapshot", "patch"])

function partFields(data: unknown) {
  const { id, messageID, sessionID } = fields(data)
  const part = normalizePart(data, createIDAssigner(), text(id))
  if (unpublishedTypes.has(part.type)) return undefined
  if (part.type === "unknown" || part.type === "malformed") return boundedPart({ ...part, id: text(id) }).raw
  const shown = part.type === "tool" ? shownTool(part, publishedTool) : part.type === "file" ? shownFile(part) : part
  // The file's mention is kept; whether the prompt contains it is decided when the share is rendered.
  const owner = {
    sessionID: optionalText(sessionID),
    messageID: text(messageID),
    text: part.type === "file" ? (part.mention ?? "") : "",
  }
  return { ...fields(partRecord(shown, owner)), id }
}

const text = (value: unknown) => optionalText(value) ?? ""
