// Writes one generated session in three formats: MESSAGES FILE.json FILE.jsonl (pi) FILE.jsonl (Claude Code).
import { generateSession, writeSession } from "../generate-session.ts"
import { writeClaudeSession, writePiSession } from "./peer-sessions.ts"

const [messages, opencode = "", pi = "", claude = ""] = process.argv.slice(2)
const session = () => generateSession({ messages: Number(messages) })
await writeSession(opencode, session())
await writePiSession(pi, session())
await writeClaudeSession(claude, session())
