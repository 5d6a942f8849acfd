import { readFileSync } from "node:fs"
import path from "node:path"
import { generateSession } from "../../scripts/generate-session.ts"
import { site } from "../../src/render/site/site.ts"
import type { SiteFile } from "../../src/render/site/site-file.ts"
import type { Session } from "../../src/session/model.ts"
import { normalizeSession } from "../../src/session/normalize.ts"
import { recordOf } from "../support/record.ts"

export type Exported = Parameters<typeof recordOf>[0]

const root = path.join(import.meta.dirname, "..", "..")
const read = (...names: string[]): Exported => JSON.parse(readFileSync(path.join(root, ...names), "utf8"))
const fixture = (name: string): Exported => read("test", "fixtures", "sessions", `${name}.json`)

/** Real exports, and the hand-written one of the demo; some have subagents' sessions. */
export const exports: [string, Exported][] = [
  ["all-tools", { ...fixture("all-tools"), children: [fixture("subagent-child")] }],
  ...["apply-patch", "errors-and-compaction", "questions"].map((name): [string, Exported] => [name, fixture(name)]),
  ["demo", read("demo", "session.json")],
]

const sessionOf = (exported: Exported): Session => normalizeSession(recordOf(exported))

/** The first messages of the session generated from a seed. */
export function generated(messages: number, seed = 1): Required<Exported> {
  const { info, messages: made } = generateSession({ messages, seed })
  return { info, messages: [...made()], children: [] }
}

const options = { id: "V1StGXR8_Z5jdHi6B-myT", version: "1.0.0" }

/** Files of a share in order, not rendered. */
export async function filesOf(exported: Exported, more: Partial<Parameters<typeof site>[1]> = {}): Promise<SiteFile[]> {
  const files: SiteFile[] = []
  for await (const file of site(sessionOf(exported), { ...options, ...more })) files.push(file)
  return files
}

/** Content of all files by path, rendered with the built page. */
export async function draw(files: SiteFile[]): Promise<Map<string, string>> {
  const drawn = new Map<string, string>()
  for (const file of files) drawn.set(file.path, Buffer.from(await file.render()).toString())
  return drawn
}
