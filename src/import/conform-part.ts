import {
  fields,
  isFields,
  optionalAmount,
  optionalText,
  text,
  texts,
  type UnknownFields,
} from "../session/read-json.ts"
import { amount, integer, present, tokens } from "./conform.ts"

const record = (value: unknown) => (isFields(value) ? value : {})

/** Converts a part to OpenCode 1.18's schema; undefined if its type is unknown or required content is missing. */
export function toOpencodePart(part: UnknownFields, ids: UnknownFields): UnknownFields | undefined {
  const time = fields(part["time"])
  const span = {
    start: integer(time["start"]),
    ...(optionalAmount(time["end"]) !== undefined && { end: integer(time["end"]) }),
  }
  const { type } = part
  const base = { ...ids, type }
  switch (type) {
    case "text":
      return typeof part["text"] === "string"
        ? present({
            ...base,
            text: part["text"],
            synthetic: typeof part["synthetic"] === "boolean" ? part["synthetic"] : undefined,
            ignored: typeof part["ignored"] === "boolean" ? part["ignored"] : undefined,
            time: isFields(part["time"]) ? span : undefined,
            metadata: isFields(part["metadata"]) ? part["metadata"] : undefined,
          })
        : undefined
    case "reasoning":
      return typeof part["text"] === "string"
        ? present({
            ...base,
            text: part["text"],
            time: span,
            metadata: isFields(part["metadata"]) ? part["metadata"] : undefined,
          })
        : undefined
    case "file":
      return fileFor(part, ids) ?? missing(part, ids)
    case "agent":
      return typeof part["name"] === "string" ? { ...base, name: part["name"] } : undefined
    case "compaction":
      return present({ ...base, auto: part["auto"] === true, tail_start_id: tailOf(part["tail_start_id"]) })
    case "subtask":
      return typeof part["prompt"] === "string"
        ? { ...base, prompt: part["prompt"], description: text(part["description"]), agent: text(part["agent"]) }
        : undefined
    case "step-start":
      return present({ ...base, snapshot: optionalText(part["snapshot"]) })
    case "step-finish":
      return present({
        ...base,
        reason: text(part["reason"]),
        snapshot: optionalText(part["snapshot"]),
        cost: amount(part["cost"]),
        tokens: tokens(part["tokens"]),
      })
    case "snapshot":
      return { ...base, snapshot: text(part["snapshot"]) }
    case "patch":
      return { ...base, hash: text(part["hash"]), files: texts(part["files"]) }
    case "tool": {
      const state = stateFor(fields(part["state"]), ids)
      if (typeof part["tool"] !== "string" || !state) return undefined
      return present({
        ...base,
        callID: text(part["callID"]),
        tool: part["tool"],
        state,
        metadata: isFields(part["metadata"]) ? part["metadata"] : undefined,
      })
    }
    default:
      return undefined
  }
}

/** The id of the first message that is sent to the model in addition to a summary. */
const tailOf = (id: unknown) => (typeof id === "string" && /^msg\w{1,60}$/.test(id) ? id : undefined)

function stateFor(state: UnknownFields, ids: UnknownFields): UnknownFields | undefined {
  const { status, title, metadata, time } = state
  const input = record(state["input"])
  const start = integer(fields(time)["start"])
  const end = integer(fields(time)["end"], start)
  const compacted = optionalAmount(fields(time)["compacted"])
  switch (status) {
    case "pending":
      return { status, input, raw: text(state["raw"]) }
    case "running":
      return present({
        status,
        input,
        title: optionalText(title),
        metadata: isFields(metadata) ? metadata : undefined,
        time: { start },
      })
    case "completed":
      return present({
        status,
        input,
        output: text(state["output"]),
        title: text(title),
        metadata: record(metadata),
        time: present({ start, end, compacted: compacted && integer(compacted) }),
        attachments: Array.isArray(state["attachments"])
          ? state["attachments"].flatMap(
              (file, i) => fileFor(fields(file), { ...ids, id: `${ids["id"]}f${i}`, ...ownID(file) }) ?? [],
            )
          : undefined,
      })
    case "error":
      return present({
        status,
        input,
        error: text(state["error"]),
        metadata: isFields(metadata) ? metadata : undefined,
        time: { start, end },
      })
    default:
      return undefined
  }
}

const ownID = (file: unknown) => {
  const { id } = fields(file)
  return typeof id === "string" && /^prt_\w{1,60}$/.test(id) ? { id } : {}
}

/**
 * Converts an attached file. Only text keeps its address, which OpenCode does not read again. For other files only data
 * URLs are accepted: OpenCode would fetch any other address, from network or disk, when the session continues.
 */
function fileFor(part: UnknownFields, ids: UnknownFields): UnknownFields | undefined {
  const { mime, filename, url, source } = part
  if (typeof url !== "string" && typeof filename !== "string") return undefined
  const isText = /^(?:text\/plain|application\/x-directory)$/.test(text(mime))
  const address = text(url)
  if (!/^data:/i.test(address) && !isText) return undefined
  return present({
    ...ids,
    type: "file",
    mime: text(mime),
    filename: optionalText(filename),
    url: address,
    source: sourceFor(source),
  })
}

function missing({ mime, filename }: UnknownFields, ids: UnknownFields): UnknownFields | undefined {
  const name = text(filename) || text(mime)
  if (name === "") return undefined
  return { ...ids, type: "text", text: `(${name} was attached here; its content did not come along.)`, synthetic: true }
}

function sourceFor(value: unknown): UnknownFields | undefined {
  const { type, path } = fields(value)
  const { value: words, start, end } = fields(fields(value)["text"])
  if (type !== "file" || typeof path !== "string" || typeof words !== "string") return undefined
  return { type, path, text: { value: words, start: amount(start), end: amount(end) } }
}
