import { jsonStringReader, QUOTE } from "./json-strings.ts"

/** Byte range in a file; `to` is exclusive. */
export interface ByteRange {
  from: number
  to: number
}

/** Byte ranges of the parts of a large export, found without parsing them. */
export interface ExportRanges {
  info: ByteRange | undefined
  children: ByteRange | undefined
  /** Start and end of each message, alternating: a flat array, to save memory. */
  messages: number[]
}

const COMMA = 0x2c
const COLON = 0x3a
const OPEN_OBJECT = 0x7b
const OPEN_LIST = 0x5b
const CLOSE_OBJECT = 0x7d
const CLOSE_LIST = 0x5d
const SPACE = 0x20

/**
 * Locates `info`, `messages` and `children` of the object in a UTF-8 file, in one pass that keeps only offsets. The
 * last of duplicate names counts, as in `JSON.parse`. Returns undefined if the text is not an object or ends before the
 * object does. Does not check that the ranges are valid JSON; reading them does.
 */
export async function splitExport(chunks: AsyncIterable<Uint8Array>): Promise<ExportRanges | undefined> {
  const strings = jsonStringReader()
  const structure = structureReader(() => strings.lastName())
  let position = 0
  for await (const chunk of chunks) {
    for (let i = 0; i < chunk.length; i++) {
      if (strings.isOpen()) {
        i = strings.read(chunk, i)
        continue
      }
      const byte = chunk[i] as number
      if (byte <= SPACE) continue
      if (byte === QUOTE) strings.open(structure.isAtName())
      const state = structure.read(byte, position + i)
      if (state === "not an object") return undefined
      if (state === "complete") return structure.found
    }
    position += chunk.length
  }
  return undefined
}

/**
 * Follows the structure of the outermost object and notes where its values and the items of `messages` are.
 * @param lastName the name that was read last
 */
function structureReader(lastName: () => string) {
  const found: ExportRanges = { info: undefined, children: undefined, messages: [] }
  let depth = 0
  /** Name of the current value of the outermost object. */
  let name = ""
  let isValue = false
  let isList = false
  /** Start of the current value and of the current message; -1: not begun. */
  let valueStart = -1
  let messageStart = -1

  const isInMessages = () => depth === 2 && name === "messages" && isValue && isList

  function begin(byte: number, at: number): void {
    if (depth === 1 && isValue && valueStart < 0 && byte !== COMMA && byte !== CLOSE_OBJECT) {
      valueStart = at
      isList = byte === OPEN_LIST
      if (name === "messages") found.messages = []
    }
    if (messageStart < 0 && byte !== COMMA && byte !== CLOSE_LIST && isInMessages()) messageStart = at
  }

  function end(at: number): void {
    if (isInMessages() && messageStart >= 0) {
      found.messages.push(messageStart, at)
      messageStart = -1
    }
    if (depth !== 1 || !isValue || valueStart < 0) return
    if (name === "info" || name === "children") found[name] = { from: valueStart, to: at }
    if (name === "messages" && !isList) found.messages = []
    valueStart = -1
  }

  return {
    found,
    /** Whether a string that begins here is a name of the outermost object. */
    isAtName: () => depth === 1 && !isValue,
    /** Reads a byte outside strings, or a string's first. */
    read(byte: number, at: number): "open" | "complete" | "not an object" {
      if (depth === 0) {
        depth = 1
        return byte === OPEN_OBJECT ? "open" : "not an object"
      }
      if (depth <= 2) begin(byte, at)
      if (byte === COLON && depth === 1) {
        name = lastName()
        isValue = true
      } else if (byte === COMMA) {
        end(at)
        if (depth === 1) isValue = false
      } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth++
      else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
        end(at)
        depth--
      }
      return depth === 0 ? "complete" : "open"
    },
  }
}
