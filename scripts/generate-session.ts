// Generates a synthetic session for load tests and benchmarks, in the format of `opencode export`:
//
//    node scripts/generate-session.ts MESSAGES FILE [SEED]
import { createWriteStream } from "node:fs"
import path from "node:path"
import { pipeline } from "node:stream/promises"
import { markdown, paragraph } from "./generate/prose.ts"
import { type Random, seededRandom } from "./generate/random.ts"
import { type SourceText, sourceText } from "./generate/source-text.ts"
import { directory, toolCall } from "./generate/tool-calls.ts"

export interface GeneratedSession {
  info: { id: string; title: string; directory: string; time: { created: number; updated: number } }
  /** All messages, each generated on demand. */
  messages(): Iterable<GeneratedMessage>
}

export interface GeneratedMessage {
  info: object
  parts: object[]
}

const root = path.dirname(import.meta.dirname)
const start = Date.UTC(2026, 10, 1, 9)
const secondsApart = 20

/**
 * Generates a session of `messages` prompts and assistant steps, about 5.6 kB each. Code is cut from the files of
 * `node_modules`, so that little repeats. The same seed yields the same messages for any length: a longer session
 * extends the shorter one.
 */
export function generateSession({ messages, seed = 1 }: { messages: number; seed?: number }): GeneratedSession {
  const random = seededRandom(seed)
  const info = {
    id: `ses_${random.letters(26)}`,
    slug: "calm-river",
    projectID: random.letters(40),
    directory,
    path: "",
    title: "A generated session",
    agent: "build",
    model,
    version: "1.18.33",
    summary: { additions: 0, deletions: 0, files: 0 },
    time: { created: start, updated: start + messages * secondsApart * 1000 },
  }
  return {
    info,
    *messages() {
      const all = turns(seededRandom(seed + 1), sourceText(path.join(root, "node_modules")), info.id)
      for (let made = 0; made < messages; made++) yield all.next().value
    },
  }
}

/** Writes a session in the format of `opencode export`. */
export async function writeSession(file: string, { info, messages }: GeneratedSession): Promise<void> {
  function* json() {
    yield `{\n  "info": ${indent(info, "  ")},\n  "messages": [`
    let separator = "\n    "
    for (const message of messages()) {
      yield separator + indent(message, "    ")
      separator = ",\n    "
    }
    yield "\n  ]\n}\n"
  }
  await pipeline(json, createWriteStream(file))
}

const indent = (value: object, by: string) => JSON.stringify(value, null, 2).replaceAll("\n", `\n${by}`)

const model = { id: "large-1", providerID: "example" }

/** Endless prompts with the steps that answer them. */
function* turns(random: Random, source: SourceText, sessionID: string): Generator<GeneratedMessage, never> {
  for (let at = 0; ; ) {
    const prompt = message(random, sessionID, at++)
    const text = random.chance(0.2) ? markdown(random, source) : paragraph(random)
    yield prompt.user([{ type: "text", text }])
    const steps = random.between(3, 12)
    for (let step = 1; step <= steps; step++) {
      const isLast = step === steps
      yield message(random, sessionID, at++).assistant(prompt.id, stepParts(random, source, isLast), isLast)
    }
  }
}

/** Parts of one assistant step: optional reasoning and text, then tool calls, or the final answer. */
function stepParts(random: Random, source: SourceText, isLast: boolean): object[] {
  const parts: object[] = [{ type: "step-start", snapshot: random.letters(40) }]
  if (random.chance(0.35)) parts.push({ type: "reasoning", text: paragraph(random) })
  if (isLast) parts.push({ type: "text", text: markdown(random, source) })
  else if (random.chance(0.4)) parts.push({ type: "text", text: paragraph(random) })
  const calls = isLast ? 0 : random.chance(0.2) ? 2 : 1
  for (let call = 0; call < calls; call++) {
    const { tool, state } = toolCall(random, source)
    parts.push({ type: "tool", callID: `call_${random.letters(16)}`, tool, state })
  }
  parts.push({ type: "step-finish", reason: isLast ? "stop" : "tool-calls", cost: 0.01, tokens: tokens(random) })
  return parts
}

const tokens = (random: Random) => ({
  input: random.between(500, 20_000),
  output: random.between(50, 2_500),
  reasoning: random.between(0, 500),
  cache: { read: random.between(0, 80_000), write: random.between(0, 9_000) },
})

/** Envelope of a message by its position in the session: ids that sort by position, and times. */
function message(random: Random, sessionID: string, at: number) {
  const created = start + at * secondsApart * 1000
  const id = `msg_${String(at).padStart(8, "0")}${random.letters(18)}`
  const time = { start: created + 1000, end: created + random.between(1_200, 15_000) }
  const complete = (parts: object[]) =>
    parts.map((part) => ({
      ...("state" in part ? { ...part, state: { ...(part.state as object), time } } : { ...part, time }),
      id: `prt_${random.letters(26)}`,
      sessionID,
      messageID: id,
    }))
  const common = { id, sessionID, agent: "build" }
  return {
    id,
    user: (parts: object[]): GeneratedMessage => {
      const info = { ...common, role: "user", time: { created }, model: { providerID: "example", modelID: "large-1" } }
      return { info, parts: complete(parts) }
    },
    assistant: (parentID: string, parts: object[], isLast: boolean): GeneratedMessage => {
      const info = {
        ...common,
        role: "assistant",
        parentID,
        mode: "build",
        path: { cwd: directory, root: directory },
        modelID: "large-1",
        providerID: "example",
        time: { created, completed: created + 16_000 },
        cost: 0.01,
        tokens: tokens(random),
        finish: isLast ? "stop" : "tool-calls",
      }
      return { info, parts: complete(parts) }
    },
  }
}

if (import.meta.main) {
  const [messages, file, seed = "1"] = process.argv.slice(2)
  if (!file || !Number.isInteger(Number(messages)) || !Number.isInteger(Number(seed))) {
    console.error("Usage: node scripts/generate-session.ts MESSAGES FILE [SEED]")
    process.exit(2)
  }
  await writeSession(file, generateSession({ messages: Number(messages), seed: Number(seed) }))
}
