import { boundJson } from "./bounded.ts"
import type { FilePart, Message, Part, TextPart, ToolPart } from "./model.ts"

/** Reduces input, output and metadata of a tool call to what its page shows. */
export type ReduceTool = (part: ToolPart) => Pick<ToolPart, "input" | "output" | "metadata">

/**
 * Reduces a part to what pages show, depending on its message; empty if pages show nothing of it. Keeps `step-start`,
 * by which OpenCode separates the steps of an answer.
 * @param text text of the prompt, by which mentions of files and agents are checked
 */
export function shownPart(part: Part, message: Message, text: string, reduceTool: ReduceTool): Part[] {
  if (message.role === "user") return shownPromptPart(part, text)
  if (message.role !== "assistant") return []
  if (message.compaction) return part.type === "text" ? [part] : []
  switch (part.type) {
    case "text":
      return part.synthetic || part.ignored ? [] : [part]
    case "reasoning":
    case "step-start":
      return [part]
    case "retry":
      return [{ ...part, error: { ...part.error, name: "APIError", provider: undefined } }]
    case "file":
      return [{ ...shownFile(part), mention: undefined }]
    case "tool":
      return [shownTool(part, reduceTool)]
    case "unknown":
    case "malformed":
      return [boundedPart(part)]
    default:
      return []
  }
}

function shownPromptPart(part: Part, text: string): Part[] {
  switch (part.type) {
    case "text":
      // Keep the prompt and its number even if nothing of it is shown.
      return [part.ignored && !part.synthetic ? ({ ...part, text: "" } satisfies TextPart) : part]
    case "file": {
      const file = shownFile(part)
      const { mention } = file
      return [mention === undefined || text.includes(mention) ? file : { ...file, mention: undefined }]
    }
    case "agent":
      return text.includes(`@${part.name}`) ? [part] : []
    case "compaction":
    case "subtask":
      return [part]
    case "unknown":
    case "malformed":
      return [boundedPart(part)]
    default:
      return []
  }
}

/** Bounds a part that pages show as JSON. Its id and type come first, so that they are never cut off. */
export function boundedPart<P extends Extract<Part, { type: "unknown" | "malformed" }>>(part: P): P {
  const { id, kind, raw } = part
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) return { ...part, raw: boundJson(raw) }
  const { id: _, type, ...rest } = raw
  const shown = boundJson({ id, ...(type !== undefined && { type }), ...rest })
  const named = typeof shown === "object" && shown !== null && !Array.isArray(shown) ? shown["type"] : kind
  return { ...part, kind: typeof named === "string" ? named : kind, raw: shown }
}

/** A tool call without what its page does not show. */
export function shownTool(part: ToolPart, reduceTool: ReduceTool): ToolPart {
  const attachments = part.attachments.map((file) => ({ ...shownFile(file), mention: undefined }))
  return { ...part, title: "", ...reduceTool(part), attachments }
}

const CANONICAL_DATA_URL = /^data:[a-z0-9.+/-]{0,130}(?:;base64)?,/

/** A file without its URL, if the page shows only its name. */
export function shownFile(part: FilePart): FilePart {
  const url = shownURL(part)
  return url === part.url ? part : { ...part, url }
}

/** Indicates a file without its location. */
const UNKNOWN_LOCATION = "file:///"

function shownURL({ url, mime, filename }: FilePart): string {
  if (url === "") return filename === "" ? UNKNOWN_LOCATION : ""
  if (CANONICAL_DATA_URL.test(url)) return url
  if (/^https?:/i.test(url)) return url
  const comma = url.startsWith("data:") ? url.indexOf(",") : -1
  if (comma < 0) return UNKNOWN_LOCATION
  // Drops the parameters of the media type.
  return `data:${mime}${url.slice(0, comma).endsWith(";base64") ? ";base64" : ""}${url.slice(comma)}`
}
