import { draw, type Exported, filesOf } from "../draw.ts"
import { expectShare } from "../page-rules.ts"

/** 09:00 UTC; messages and parts follow in the seconds after it. */
const start = Date.UTC(2026, 10, 2, 9)

export const user = (parts: object[], info: object = {}) => message("user", parts, info)
export const assistant = (parts: object[], info: object = {}) => message("assistant", parts, info)

function message(role: string, parts: object[], info: object) {
  const withIDs = parts.map((part, i) => ({ id: `prt_${i + 1}`, ...part }))
  return { info: { id: "msg_1", role, time: { created: start }, ...info }, parts: withIDs }
}

/** A tool call, by default completed after 1.5 s. */
export const call = (tool: string, state: object) => ({
  type: "tool",
  tool,
  callID: "call_1",
  state: { status: "completed", input: {}, output: "", metadata: {}, time: { start, end: start + 1500 }, ...state },
})

/** Items that a page shows of one message, one element per line. Also checks the page and all that it links to. */
export async function shown(message: object, more: Exported = {}): Promise<string> {
  const info = { id: "ses_1", title: "A session", directory: "/home/dana/src/calc" }
  const drawn = await draw(await filesOf({ info, messages: [message], ...more }))
  expectShare(drawn)
  const items =
    /<div class="part"[^>]*>([\s\S]*?)<\/div>(?:<p class="live|<nav class="pager|<\/main>)/.exec(
      drawn.get("index.html")!,
    )?.[1] ?? ""
  return items
    .replace(/<(?:section|p) class="item/g, "\n$&")
    .replace(
      /(?<!\n)(<(?:summary|details|div|pre|p|ul|ol|li|dl|figure|figcaption|table|blockquote|time|h\d)[ >])/g,
      "\n  $1",
    )
    .replace(/\n{2,}/g, "\n")
    .trim()
}
