import { redact } from "../../src/redact/redact.ts"
import { site } from "../../src/render/site/site.ts"
import { normalizeSession } from "../../src/session/normalize.ts"
import type { SessionRecord } from "../../src/session/source.ts"
import { recordOf } from "../support/record.ts"
import type { Planted } from "./secrets.ts"

export const person = { user: "zoe", home: "/home/zoe" }

/** Encodings in which a session may contain a text. */
export const disguises: Record<string, (planted: Planted) => string> = {
  "as it is": ({ text }) => text,
  "with CRLF": ({ text }) => text.replaceAll("\n", "\r\n"),
  "escaped for JSON": ({ text }) => JSON.stringify({ log: text }),
  "escaped twice": ({ text }) => JSON.stringify({ body: JSON.stringify({ log: text }) }),
  "percent-encoded": ({ text }) => `https://log.example.com/?q=${encodeURIComponent(text)}&n=1`,
  "in colours": ({ text, secret }) => {
    const half = Math.floor(secret.length / 2)
    return `\x1b[32m${text.replace(secret, `${secret.slice(0, half)}\x1b[1;33m${secret.slice(half)}\x1b[0m`)}\x1b[0m`
  },
  "in base64": ({ text }) => `data:text/plain;base64,${Buffer.from(`a file\n${text}\n`).toString("base64")}`,
  "in base64 for addresses": ({ text }) =>
    `https://log.example.com/#${Buffer.from(`{"µ?>": ${JSON.stringify(text)}}`).toString("base64url")}`,
  "in a diff": ({ text }) =>
    `@@ -1,2 +1,9 @@\n context\n${text
      .split("\n")
      .map((line) => `+${line}`)
      .join("\n")}\n`,
  "with line numbers": ({ text }) =>
    text
      .split("\n")
      .map((line, at) => `${at + 1}: ${line}`)
      .join("\n"),
}

const tool = (name: string, state: object) => ({ id: "prt_tool", type: "tool", callID: "call_1", tool: name, state })
const completed = { status: "completed", input: {}, output: "", title: "", metadata: {}, time: { start: 1, end: 2 } }
const user = (parts: object[], info: object = {}) => ({
  info: { id: "msg_u", role: "user", time: { created: 1 }, ...info },
  parts,
})
const assistant = (parts: object[], info: object = {}) => ({
  info: { id: "msg_a", role: "assistant", parentID: "msg_u", time: { created: 2, completed: 3 }, ...info },
  parts,
})
const failed = (data: object) => assistant([], { error: { name: "APIError", data: { message: "no", ...data } } })

/** Positions of a text in a message; each returns a message with the text there. */
export const places: Record<string, (text: string) => object> = {
  prompt: (text) => user([{ id: "prt_1", type: "text", text }]),
  answer: (text) => assistant([{ id: "prt_1", type: "text", text }]),
  "code in an answer": (text) =>
    assistant([{ id: "prt_1", type: "text", text: `Like this:\n\n\`\`\`sh\n${text}\n\`\`\`\n` }]),
  reasoning: (text) => assistant([{ id: "prt_1", type: "reasoning", text, time: { start: 1, end: 2 } }]),
  "tool input": (text) => assistant([tool("bash", { ...completed, input: { command: text }, title: text })]),
  "tool output": (text) =>
    assistant([tool("bash", { ...completed, output: text, metadata: { output: text, exit: 0 } })]),
  "unknown tool": (text) =>
    assistant([tool("corp_query", { ...completed, input: { deep: [{ query: text }] }, output: text })]),
  "tool error": (text) =>
    assistant([tool("bash", { status: "error", input: {}, error: text, time: { start: 1, end: 2 } })]),
  write: (text) => assistant([tool("write", { ...completed, input: { filePath: "/p/.env", content: text } })]),
  edit: (text) =>
    assistant([
      tool("edit", {
        ...completed,
        input: { filePath: "/p/.env", oldString: text, newString: `${text}\nNEW=1` },
        metadata: {
          diff: `@@ -1 +1 @@\n-${text}\n`,
          filediff: { file: "/p/.env", patch: `@@ -1 +1 @@\n-${text}\n`, additions: 0, deletions: 1 },
        },
      }),
    ]),
  "prompt's diff": (text) =>
    user([{ id: "prt_1", type: "text", text: "do it" }], {
      summary: {
        diffs: [{ file: "/p/.env", patch: `@@ -0,0 +1 @@\n+${text}\n`, additions: 1, deletions: 0, status: "added" }],
      },
    }),
  metadata: (text) => assistant([tool("bash", { ...completed, metadata: { anything: { [`k ${text}`]: text } } })]),
  error: (text) => failed({ message: text }),
  "error's headers and body": (text) =>
    failed({ responseHeaders: { "x-debug": text }, responseBody: text, metadata: { url: text } }),
  "attachment's name": (text) =>
    user([{ id: "prt_1", type: "file", mime: "text/plain", filename: text, url: "data:text/plain,a" }]),
  "attachment's text": (text) =>
    user([
      {
        id: "prt_1",
        type: "file",
        mime: "text/plain",
        filename: "a.txt",
        url: `data:text/plain;base64,${Buffer.from(text).toString("base64")}`,
      },
    ]),
  "unknown part": (text) => assistant([{ id: "prt_1", type: "novel", content: { text } }]),
}

/** A session with these messages, a title and a subagent session. Ids are made unique. */
export function sessionOf(messages: object[], title = "A session", child: object[] = []): SessionRecord {
  const numbered = (all: object[], stem: string) =>
    all.map((message, at) => {
      const { info, parts } = structuredClone(message) as {
        info: Record<string, unknown>
        parts: Record<string, unknown>[]
      }
      return {
        info: { ...info, id: `msg_${stem}${at}` },
        parts: parts.map((part, n) => ({ ...part, id: `prt_${stem}${at}n${n}` })),
      }
    })
  const info = { id: "ses_main", title, directory: "/home/zoe/work", time: { created: 1, updated: 2 } }
  const children = [{ info: { ...info, id: "ses_child", title, parentID: "ses_main" }, messages: numbered(child, "c") }]
  return recordOf({ info, messages: numbered(messages, "m"), children: child.length > 0 ? children : [] })
}

/** Text of every file of a share by path, in order of creation. */
export async function filesOf(record: SessionRecord): Promise<Map<string, string>> {
  const redacted = await redact(record, { person })
  const files = new Map<string, string>()
  for await (const file of site(normalizeSession(redacted.record), { id: "share", version: "0" }))
    files.set(file.path, Buffer.from(await file.render()).toString("utf8"))
  return files
}

const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" }

/**
 * Every form of a file's text: raw, without tags, without escapes and colours, with base64 and percent-encoding
 * decoded.
 */
export function readable(text: string): string {
  const plain = text
    .replace(/<[^>]*>/g, "")
    .replace(/&(?:#(x?)([0-9a-f]+)|(\w+));/gi, (whole, x: string, code: string, name: string) =>
      name ? (entities[name] ?? whole) : String.fromCodePoint(Number.parseInt(code, x ? 16 : 10)),
    )
  const uncoloured = [text, plain].map((one) => one.replace(/(?:\x1b|\\u001b)\[[0-9;]*m/g, "")).join("\n")
  const unescaped = uncoloured
    .replace(/\\+(["/])/g, "$1")
    .replace(/\\+u([0-9a-f]{4})/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
  const decoded = [...unescaped.matchAll(/[A-Za-z0-9+/_-]{16,}={0,2}/g)].map(([run]) =>
    Buffer.from(run, "base64").toString("latin1"),
  )
  const percent = unescaped.replace(/(?:%[0-9a-f]{2})+/gi, (run) =>
    Buffer.from(run.replaceAll("%", ""), "hex").toString("latin1"),
  )
  return [text, uncoloured, unescaped, percent, ...decoded].join("\n")
}
