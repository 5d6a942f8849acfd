import { StringDecoder } from "node:string_decoder"

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

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPEN = [0x7b, 0x5b]
const CLOSE = [0x7d, 0x5d]

/**
 * Locates `info`, `messages` and `children` of the object in a UTF-8 file, in one pass that keeps only offsets. The
 * last of duplicate names counts, as in `JSON.parse`. Returns undefined if the text is not an object or ends before the
 * object does. Does not check that the ranges are valid JSON; reading them does.
 */
export async function splitExport(chunks: AsyncIterable<Uint8Array>): Promise<ExportRanges | undefined> {
  const found: ExportRanges = { info: undefined, children: undefined, messages: [] }
  let position = 0
  let depth = 0
  let isString = false
  let isEscaped = false
  /** Name of the current value of the outermost object. */
  let name = ""
  let text: StringDecoder | undefined
  let written = ""
  let isValue = false
  let begin = -1
  let isList = false
  let item = -1

  const endValue = (to: number) => {
    if (!isValue || begin < 0) return
    if (name === "info" || name === "children") found[name] = { from: begin, to }
    if (name === "messages" && !isList) found.messages = []
    begin = -1
  }
  const endItem = (to: number) => {
    if (item >= 0) found.messages.push(item, to)
    item = -1
  }

  for await (const chunk of chunks) {
    for (let i = 0; i < chunk.length; i++) {
      if (isString) {
        // Most of a file is strings, which are skipped to the next quotation mark.
        let from = i
        if (isEscaped) {
          isEscaped = false
          i++
        }
        let end = -1
        while (end < 0) {
          const quote = chunk.indexOf(QUOTE, i)
          const stop = quote < 0 ? chunk.length : quote
          let slashes = 0
          while (stop - slashes - 1 >= i && chunk[stop - slashes - 1] === BACKSLASH) slashes++
          if (quote < 0) {
            isEscaped = slashes % 2 === 1
            end = chunk.length
          } else if (slashes % 2 === 1) i = quote + 1
          else {
            isString = false
            end = quote
          }
        }
        if (text) written += text.write(Buffer.from(chunk.buffer, chunk.byteOffset + from, end - from))
        from = end
        i = end
        continue
      }
      const byte = chunk[i] as number
      if (byte <= 0x20) continue
      const at = position + i
      if (depth === 0) {
        if (byte !== OPEN[0]) return undefined
        depth = 1
        continue
      }
      if (depth === 1 && isValue && begin < 0 && byte !== COMMA && byte !== CLOSE[0]) {
        begin = at
        isList = byte === OPEN[1]
        if (name === "messages") found.messages = []
      }
      const inMessages = name === "messages" && isValue && isList
      if (depth === 2 && inMessages && item < 0 && byte !== COMMA && byte !== CLOSE[1]) item = at
      if (byte === QUOTE) {
        isString = true
        if (depth === 1 && !isValue) {
          text = new StringDecoder("utf8")
          written = ""
        } else text = undefined
      } else if (byte === COLON && depth === 1) {
        name = nameOf(written)
        isValue = true
      } else if (byte === COMMA) {
        if (depth === 2 && inMessages) endItem(at)
        if (depth === 1) {
          endValue(at)
          isValue = false
        }
      } else if (OPEN.includes(byte)) depth++
      else if (CLOSE.includes(byte)) {
        if (depth === 2 && inMessages) endItem(at)
        if (depth === 1) endValue(at)
        depth--
        if (depth === 0) return found
      }
    }
    position += chunk.length
  }
  return undefined
}

/** Decodes a name from its JSON form without quotation marks. */
function nameOf(written: string): string {
  try {
    return JSON.parse(`"${written}"`)
  } catch {
    return ""
  }
}
