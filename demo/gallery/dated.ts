import type { Draft } from "./drafts.ts"

/** A session in the format of `opencode export`, with its subagents' sessions. */
export interface Exported {
  info: object
  messages: object[]
  children?: Exported[]
}

interface Model {
  providerID: string
  modelID: string
}

const usual: Model = { providerID: "example", modelID: "example-large" }

/** Adds ids and times to drafts, one after the other from `start` on, in the format of `opencode export`. */
export function dated(drafts: Draft[], sessionID: string, start: number) {
  let now = start
  let prompt = ""
  return drafts.map(({ info, parts, after }, index) => {
    now += after * 1000
    const id = `msg_${sessionID.slice(4)}_${String(index + 1).padStart(3, "0")}`
    const created = now
    const all = parts.map((part, at) => {
      if (typeof part !== "object" || part === null) return part
      const { seconds = 0, ...fields } = part as { seconds?: number }
      const from = now
      now += seconds * 1000
      return timed({ id: `prt_${id.slice(4)}_${at + 1}`, sessionID, messageID: id, ...fields }, from, now)
    })
    if (info["role"] === "user") prompt = id
    return {
      info: { id, sessionID, ...infoOf(info, created, parts.some(isOpen) ? undefined : now, prompt) },
      parts: all,
    }
  })
}

const isOpen = (part: unknown) => /^(?:running|pending)$/.test((part as Timed | null)?.state?.status ?? "")

interface Timed {
  [field: string]: unknown
  type?: string
  id: string
  state?: { status?: string }
}

function infoOf(info: Draft["info"], created: number, completed: number | undefined, prompt: string) {
  const { model, ...more } = info
  const used = typeof model === "string" ? { ...usual, modelID: model } : usual
  if (info["role"] === "user") return { time: { created }, agent: "build", model: used, ...more }
  const output = 90 + Math.round(((completed ?? created) - created) / 40)
  return {
    parentID: prompt,
    mode: "build",
    agent: "build",
    ...used,
    time: { created, ...(completed && { completed }) },
    cost: 0.004 + output * 0.000015,
    tokens: { input: 1200, output, reasoning: 0, cache: { read: 9600, write: 0 } },
    finish: "stop",
    ...more,
  }
}

function timed(part: Timed, start: number, end: number): object {
  const { id, type, state } = part
  if (type === "reasoning" || type === "text") return { ...part, time: { start, end } }
  if (type !== "tool" || !state) return part
  const time = state.status === "pending" ? undefined : state.status === "running" ? { start } : { start, end }
  return { ...part, callID: `call_${id.slice(4)}`, state: { ...state, ...(time && { time }) } }
}
