import { readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import type { SessionRecord } from "../session/source.ts"

const folder = path.join(process.cwd(), "test", "fixtures", "sessions")

/** The names of the sample sessions. */
export const samples = (): string[] =>
  readdirSync(folder).flatMap((file) => (file.endsWith(".json") ? [path.basename(file, ".json")] : []))

/** A sample session by its name. */
export function sample(name: string): SessionRecord {
  const { info, messages } = JSON.parse(readFileSync(path.join(folder, `${path.basename(name)}.json`), "utf8"))
  return {
    info,
    async *messages() {
      yield* messages
    },
    children: name === "all-tools" ? [sample("subagent-child")] : [],
  }
}
