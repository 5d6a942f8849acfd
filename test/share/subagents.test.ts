import { existsSync, readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import fc from "fast-check"
import { expect, test } from "vitest"
import { exportPieces } from "../../src/export/export.ts"
import { exportFolder } from "../../src/export/export-folder.ts"
import { site } from "../../src/render/site/site.ts"
import { countSubagents } from "../../src/session/count-subagents.ts"
import { type Session, startOfSession } from "../../src/session/model.ts"
import { parseExport } from "../../src/session/parse-export.ts"
import type { Selection } from "../../src/session/select.ts"
import { openLedger } from "../../src/share/ledger.ts"
import { type PrepareOptions, prepare } from "../../src/share/prepare.ts"
import { preview } from "../../src/share/preview.ts"
import { share } from "../../src/share/share.ts"
import { openStore } from "../../src/store/open-store.ts"
import { runs } from "../support/property-runs.ts"
import { all, recordOf } from "../support/record.ts"
import { temporaryFolder } from "../support/world.ts"

interface Made {
  info: { id: string; [field: string]: unknown }
  messages: { info: { id: string; [field: string]: unknown }; parts: { [field: string]: unknown }[] }[]
  children: Made[]
}

/** A word that stands in one session alone. */
const wordOf = (id: string) => `tale${id.slice(4)}`
const NOW = Date.UTC(2026, 10, 2, 9)

let counted = 0
const user = (text: string, created = NOW) => ({
  info: { id: `msg_${++counted}`, role: "user", time: { created } },
  parts: [{ id: `prt_${++counted}`, type: "text", text }],
})
const assistant = (...parts: object[]) => ({
  info: { id: `msg_${++counted}`, role: "assistant", time: { created: NOW, completed: NOW + 1 }, cost: 1 },
  parts: parts.map((part) => ({ id: `prt_${++counted}`, ...part })),
})

/** The ways in which a call names a session. */
const namings = {
  completed: (id: string) => ({ status: "completed", output: "Done.", metadata: { sessionId: id } }),
  running: (id: string) => ({ status: "running", metadata: { sessionId: id } }),
  failed: (id: string) => ({ status: "error", error: "Aborted", metadata: { sessionId: id } }),
  background: (id: string) => ({ status: "completed", output: "", metadata: { sessionId: id, background: true } }),
  "by its output": (id: string) => ({ status: "completed", output: `<task id="${id}" state="completed">\n</task>` }),
  "by an older output": (id: string) => ({ status: "completed", output: `task_id: ${id} (for resuming)\n` }),
}
type Naming = keyof typeof namings
const task = (id: string, naming: Naming = "completed") => ({
  ...{ type: "tool", tool: "task", callID: `call_${++counted}` },
  state: {
    input: { prompt: "Look.", description: "A task" },
    time: { start: NOW, end: NOW + 1 },
    ...namings[naming](id),
  },
})
const made = (id: string, messages: Made["messages"], children: Made[] = [], info: object = {}): Made => ({
  info: { id, title: wordOf(id), ...info },
  messages: [user(`${wordOf(id)} asks`), ...messages],
  children,
})

async function shared(record: Made, options: PrepareOptions = {}) {
  const prepared = await prepare(recordOf(record), { redact: {}, ...options })
  const files = new Map<string, string>()
  for await (const file of site(prepared.session, { id: "V1StGXR8_Z5jdHi6B-myT", version: "0" }))
    files.set(file.path, Buffer.from(await file.render()).toString())
  return { prepared, files }
}

const wordsIn = (text: string) => [...new Set(text.match(/tale\w+/g))].sort()
const whole = async (pieces: AsyncIterable<string>) => (await all(pieces)).join("")

/** A session with subagents at random depth: some are named by no call, some by calls that were undone. */
const node = (depth: number): fc.Arbitrary<Node> =>
  fc.record({
    steps: fc.array(
      fc.record({
        naming: fc.constantFrom(...(Object.keys(namings) as Naming[])),
        // Without a call that names it, its id is in a text, or nowhere.
        named: fc.constantFrom("call", "call", "call", "text", "input", "prompt", "nothing"),
        child: depth === 0 ? fc.constant({ steps: [], undo: null }) : node(depth - 1),
      }),
      { maxLength: 3 },
    ),
    undo: fc.option(fc.record({ at: fc.nat(), part: fc.boolean() }), { freq: 2 }),
  })
interface Node {
  steps: { naming: Naming; named: string; child: Node }[]
  undo: { at: number; part: boolean } | null
}

/** The session of such a tree, and the words that a share of it holds. */
function grown(node: Node, id = "ses_0"): { made: Made; words: string[] } {
  const children: { made: Made; words: string[] }[] = []
  const messages = node.steps.flatMap(({ naming, named, child }, i) => {
    const childID = `${id}x${i}`
    children.push(grown(child, childID))
    if (named === "call") return [assistant({ type: "text", text: "Before." }, task(childID, naming))]
    if (named === "text") return [assistant({ type: "text", text: `The session ${childID} is here.` })]
    if (named === "prompt") return [{ ...user("See there."), parts: [task(childID)] as Made["messages"][0]["parts"] }]
    const input = { sessionId: childID, prompt: `<task id="${childID}" state="completed">` }
    return [assistant({ type: "tool", tool: "mcp_ask", state: { status: "completed", input, output: childID } })]
  })
  const session = made(
    id,
    messages,
    children.map(({ made }) => made),
  )
  let shown = node.steps.length
  if (node.undo && messages.length > 0) {
    const at = node.undo.at % messages.length
    const { info, parts } = messages[at]!
    // A part is undone with all that follows: of these messages, the call is the last.
    const partID = node.undo.part && parts.length > 1 ? { partID: parts[1]!["id"] } : {}
    session.info["revert"] = { messageID: info.id, ...partID }
    shown = at
  }
  const named = children.filter((_, i) => i < shown && node.steps[i]!.named === "call")
  return { made: session, words: [wordOf(id), ...named.flatMap(({ words }) => words)].sort() }
}

/** The same after the next prompt: OpenCode deletes what was undone, and keeps the sessions that it had started. */
function settled({ info: { revert, ...info }, messages, children }: Made): Made {
  const { messageID, partID } = (revert ?? {}) as { messageID?: string; partID?: string }
  const end = messageID === undefined ? messages.length : messages.findIndex(({ info }) => info.id === messageID)
  const last = messages[end]
  const kept =
    last && partID !== undefined
      ? last.parts.slice(
          0,
          last.parts.findIndex(({ id }) => id === partID),
        )
      : []
  return {
    info,
    messages: [...messages.slice(0, end), ...(last && kept.length > 0 ? [{ ...last, parts: kept }] : [])],
    children: children.map(settled),
  }
}

test("a share of a random tree with undos contains exactly the subagents that shown calls name", async () => {
  await fc.assert(
    fc.asyncProperty(node(3), async (node) => {
      const { made, words } = grown(node)
      for (const record of [made, settled(made)]) {
        const { files, prepared } = await shared(record)
        const pages = [...files].filter(([name]) => /^(?:index|sub-\w{10})\.html$/.test(name))
        expect(wordsIn(pages.map(([, text]) => text).join())).toEqual(words)
        expect(pages).toHaveLength(words.length)
        for (const name of ["session.json", "session.md"]) expect(wordsIn(files.get(name)!), name).toEqual(words)
        for (const format of ["json", "md"] as const)
          expect(wordsIn(await whole(exportPieces(prepared, format, "0"))), format).toEqual(words)

        const again = await prepare(parseExport(Buffer.from(files.get("session.json")!), "the file"), {})
        expect(await subagents(again.session)).toBe(words.length - 1)
        for (const omit of [["reasoning"], ["tool-output", "attachments"]] as Selection["omit"][]) {
          const { files } = await shared(record, { selection: { omit } })
          // Without the output, only what the call itself tells of its session is left.
          for (const word of wordsIn([...files.values()].join())) expect(words).toContain(word)
        }
      }
    }),
    { numRuns: runs(60) },
  )
}, 60_000)

async function subagents(session: Session): Promise<number> {
  const read = startOfSession()
  for await (const _ of session.messages(read));
  return countSubagents(session, read)
}

test("--until leaves out subagents that were started later, with theirs", async () => {
  const later = made("ses_b", [assistant(task("ses_c"))], [made("ses_c", [])])
  const messages = [assistant(task("ses_a")), user("And then?"), assistant(task("ses_b"))]
  const record = made("ses_0", messages, [made("ses_a", []), later])
  const words = async (until: Selection["until"]) =>
    wordsIn([...(await shared(record, { selection: { until } })).files.values()].join())
  expect(await words({ prompt: 1 })).toEqual(["tale0", "talea"])
  expect(await words({ message: messages[1]!.info.id })).toEqual(["tale0", "talea"])
  expect(await words({ prompt: 2 })).toEqual(["tale0", "talea", "taleb", "talec"])
})

test.each(["undone", "undone for good", "cut off"])(
  "the work of a resumed subagent for a call that was %s is left out",
  async (how) => {
    const child = (id: string) =>
      made(id, [
        assistant({ type: "text", text: "first answer" }),
        user("taleAGAIN", NOW + 100),
        assistant({ type: "text", text: "taleANSWER" }),
      ])
    const resumed = { ...task("ses_a"), state: { ...task("ses_a").state, time: { start: NOW + 99, end: NOW + 200 } } }
    const record = made("ses_0", [assistant(task("ses_a")), user("Go on."), assistant(resumed)], [child("ses_a")])
    const before = await shared(record)
    expect(wordsIn(before.files.get("session.json")!)).toEqual(["tale0", "taleAGAIN", "taleANSWER", "talea"])
    const undone = { ...record, info: { ...record.info, revert: { messageID: record.messages[2]!.info.id } } }
    const { files } =
      how === "cut off"
        ? await shared(record, { selection: { until: { prompt: 1 } } })
        : await shared(how === "undone" ? undone : settled(undone))
    expect(wordsIn([...files.values()].join())).toEqual(["tale0", "talea"])
    expect(files.get("session.md")).toContain("first answer")
  },
)

test("a subagent that retries or is resumed while it runs is shown completely", async () => {
  const child = made("ses_a", [user("Once more.", NOW + 1), assistant({ type: "text", text: "taleEND" })])
  for (const naming of ["completed", "running", "background"] as const) {
    const late =
      naming === "completed" ? child : made("ses_a", [user("Late.", NOW + 9_000), ...child.messages.slice(2)])
    const { files } = await shared(made("ses_0", [assistant(task("ses_a", naming))], [late]))
    expect(wordsIn(files.get("session.json")!)).toEqual(["tale0", "taleEND", "talea"])
  }
})

/** All that is stored, by name. */
function filesIn(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return new Map(names.map(({ parentPath, name }) => [name, readFileSync(path.join(parentPath, name), "utf8")]))
}

test("after an undo, sharing again deletes the subagent's content in the bucket and on this machine", async () => {
  const folder = temporaryFolder()
  const destination = { to: path.join(folder, "bucket") }
  const ledger = openLedger(path.join(folder, "ledger"))
  const store = await openStore(destination)
  const source = (record: Made) => ({
    label: "it",
    read: <T>(use: (record: ReturnType<typeof recordOf>) => Promise<T>) => {
      const own = recordOf(record)
      return use({
        ...own,
        partial: {
          messagesFrom: async function* (from: number) {
            yield* record.messages.slice(from)
          },
        },
      })
    },
  })
  // Long enough to go on from a checkpoint.
  const before = Array.from({ length: 120 }, (_, i) =>
    i % 2 ? assistant({ type: "text", text: "An answer." }) : user("On."),
  )
  const started = [user("Look."), assistant(task("ses_a"))]
  const record = (messages: Made["messages"], info: object = {}) =>
    made("ses_0", messages, [made("ses_a", [assistant(task("ses_b"))], [made("ses_b", [])])], info)
  const run = async (what: Made) => {
    const options = { store, destination, ledger, version: "0", now: () => new Date(0), newId: () => "0".repeat(21) }
    const result = await share(source(what), { ...options, mayShare: () => {} })
    return { result, files: filesIn(path.join(destination.to, "s", result.id)) }
  }
  const words = ["tale0", "talea", "taleb"]
  const first = await run(record([...before, ...started]))
  expect([...first.files.keys()].filter((name) => name.startsWith("sub-"))).toHaveLength(2)
  // The subagents were named before the last prompt.
  const next = [user("Thanks."), assistant({ type: "text", text: "Yes." })]
  for (const messages of [
    [...before, ...started, ...next],
    [...before, ...started, ...next, user("More.")],
  ]) {
    const { files } = await run(record(messages))
    expect(wordsIn(files.get("session.json")!)).toEqual(words)
    expect([...files.keys()].filter((name) => name.startsWith("sub-"))).toHaveLength(2)
  }
  expect(existsSync(ledger.checkpointFolder({ session: "ses_0", destination }))).toBe(true)
  for (const gone of [
    record([...before, ...started], { revert: { messageID: started[0]!.info.id } }),
    record([...before, user("Another way."), assistant({ type: "text", text: "Fine." })]),
  ]) {
    await run(record([...before, ...started]))
    const { result, files } = await run(gone)
    expect(result.removed).toBeGreaterThanOrEqual(2)
    expect([...files.keys()].filter((name) => name.startsWith("sub-"))).toEqual([])
    for (const [name, text] of files)
      expect(
        wordsIn(text).filter((word) => word !== "tale0"),
        name,
      ).toEqual([])
    for (const [name, text] of filesIn(path.join(folder, "ledger"))) expect(text, name).not.toMatch(/talea|taleb/)
  }

  const undone = record([...before, ...started], { revert: { messageID: started[0]!.info.id } })
  const shown = path.join(folder, "preview")
  await preview(source(undone), { folder: shown, id: "0".repeat(21), version: "0" })
  const kept = path.join(folder, "kept")
  await exportFolder(await prepare(recordOf(record([...before, ...started])), {}), {
    folder: kept,
    version: "0",
    now: () => new Date(0),
  })
  await exportFolder(await prepare(recordOf(undone), {}), {
    folder: kept,
    version: "0",
    now: () => new Date(0),
    force: true,
  })
  for (const at of [shown, kept])
    for (const [name, text] of filesIn(at))
      expect(
        wordsIn(text).filter((word) => word !== "tale0"),
        name,
      ).toEqual([])
}, 60_000)

test("the header counts what is shown", async () => {
  const undone = made(
    "ses_0",
    [assistant(task("ses_a")), user("Again."), assistant(task("ses_b"))],
    [made("ses_a", []), made("ses_b", [])],
  )
  undone.info["revert"] = { messageID: undone.messages[2]!.info.id }
  undone.info["cost"] = 90_817
  const { files, prepared } = await shared(undone)
  for (const fact of ["Cost</dt><dd>$1.00", "Messages</dt><dd>1 asked, 1 answered"])
    expect(files.get("index.html")).toContain(fact)
  expect(files.get("session.json")).not.toContain("90817")
  expect(await subagents(prepared.session)).toBe(1)
})
