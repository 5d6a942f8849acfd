import { readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import type { Exported } from "../../demo/gallery/dated.ts"
import { gallery } from "../../demo/gallery/gallery.ts"
import type { SessionRecord } from "../session/source.ts"

const folder = path.join(process.cwd(), "test", "fixtures", "sessions")
const read = (file: string): Exported => JSON.parse(readFileSync(file, "utf8"))

/** Names of the sample sessions; the first has every kind of part and every tool. */
export const samples = (): string[] => [
  "gallery",
  "demo",
  ...readdirSync(folder).flatMap((file) => (file.endsWith(".json") ? [path.basename(file, ".json")] : [])),
]

/** A sample session by name. */
export const sample = (name: string): SessionRecord => record(exported(name))

function exported(name: string): Exported {
  if (name === "gallery") return gallery
  if (name === "demo") return read(path.join(process.cwd(), "demo", "session.json"))
  const session = read(path.join(folder, `${path.basename(name)}.json`))
  return name === "all-tools" ? { ...session, children: [exported("subagent-child")] } : session
}

const record = ({ info, messages, children = [] }: Exported): SessionRecord => ({
  info,
  async *messages() {
    yield* messages
  },
  children: children.map(record),
})
