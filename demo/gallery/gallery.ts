import { dated } from "./dated.ts"
import { directory } from "./drafts.ts"
import { edits } from "./edits.ts"
import { errors } from "./errors.ts"
import { files } from "./files.ts"
import { messages } from "./messages.ts"
import { prose } from "./prose.ts"
import { subagents } from "./subagents.ts"
import { terminals } from "./terminals.ts"
import { tools } from "./tools.ts"
import { undone, unfinished } from "./unfinished.ts"
import { writing } from "./writing.ts"

const start = Date.UTC(2026, 10, 2, 8, 15)
/** The session up to its reverted end, by theme. */
export const themes = { files, terminals, edits, tools, messages, errors, prose, writing, unfinished }
const drafts = Object.values(themes).flat()
const all = dated([...drafts, ...undone], "ses_gallery", start)

/**
 * A made-up session with every kind of part and every tool, in the format of `opencode export`, with its subagents'
 * sessions. Its last messages are reverted (`revert`).
 */
export const gallery = {
  info: {
    id: "ses_gallery",
    slug: "calm-harbour",
    projectID: "gallery",
    directory,
    title: "Tide tables that are right in summer, too",
    agent: "build",
    model: { id: "example-large", providerID: "example" },
    version: "1.18.33",
    revert: { messageID: all[drafts.length]!.info.id, diff: "" },
    time: { created: start, updated: start + 32 * 3_600_000 },
  },
  messages: all,
  children: subagents(start + 20 * 60_000),
}
