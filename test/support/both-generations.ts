import { randomInt } from "node:crypto"
import { mkdirSync } from "node:fs"
import { dirname, join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { temporaryFolder } from "./world.ts"

const columns = {
  usage: `cost real NOT NULL DEFAULT 0, tokens_input integer NOT NULL DEFAULT 0, tokens_output integer NOT NULL DEFAULT 0,
    tokens_reasoning integer NOT NULL DEFAULT 0, tokens_cache_read integer NOT NULL DEFAULT 0, tokens_cache_write integer NOT NULL DEFAULT 0`,
  summary:
    "summary_additions integer, summary_deletions integer, summary_files integer, summary_diffs text, metadata text",
  times: "time_created integer NOT NULL, time_updated integer NOT NULL, time_compacting integer, time_archived integer",
}

/** OpenCode 1.18's session tables. */
const firstTables = `
  CREATE TABLE project (id text PRIMARY KEY, worktree text NOT NULL, vcs text, name text, time_created integer NOT NULL,
    time_updated integer NOT NULL, sandboxes text NOT NULL);
  CREATE TABLE session (id text PRIMARY KEY, project_id text NOT NULL, workspace_id text, parent_id text, slug text NOT NULL,
    directory text NOT NULL, path text, title text NOT NULL, version text NOT NULL, share_url text, ${columns.summary},
    ${columns.usage}, revert text, permission text, agent text, model text, ${columns.times});
  CREATE TABLE message (id text PRIMARY KEY, session_id text NOT NULL, time_created integer NOT NULL, time_updated integer NOT NULL,
    data text NOT NULL);
  CREATE TABLE part (id text PRIMARY KEY, message_id text NOT NULL, session_id text NOT NULL, time_created integer NOT NULL,
    time_updated integer NOT NULL, data text NOT NULL);`

/** OpenCode 2.0.25's session tables. */
export const laterTables = `
  CREATE TABLE session_v2 (id text PRIMARY KEY, project_id text NOT NULL, workspace_id text, parent_id text, fork_session_id text,
    fork_boundary text, slug text NOT NULL, directory text NOT NULL, path text, title text, version text NOT NULL, share_url text,
    ${columns.summary}, ${columns.usage}, revert text, permission text, agent text, model text, ${columns.times}, time_idle integer,
    time_viewed integer, idle_outcome text, time_suspended integer, resume_attempts integer NOT NULL DEFAULT 0);
  CREATE TABLE session_message (id text PRIMARY KEY, session_id text NOT NULL, type text NOT NULL, seq integer NOT NULL,
    time_created integer NOT NULL, time_updated integer NOT NULL, data text NOT NULL, UNIQUE (session_id, seq));
  CREATE TABLE kv (key text PRIMARY KEY, value text NOT NULL, time_created integer NOT NULL, time_updated integer NOT NULL);`

const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

export interface BothOptions {
  /** Folder of new sessions, unless another is given. */
  folder: string
  /** Time of the first action. Default: random, in the past. */
  now?: number
  /** File of the database. */
  path?: string
  /** Returns an integer from 0 to below `end`. Default: random. */
  random?: (end: number) => number
}

export type Both = ReturnType<typeof bothGenerations>

/**
 * A database to which both generations of OpenCode write in turn, each in its own format, with random ids, times and
 * texts. Call `close` before a reader without WAL support opens it.
 */
export function bothGenerations({
  folder,
  path = join(temporaryFolder(), "opencode.db"),
  random = randomInt,
  now = 1_700_000_000_000 + random(90_000_000_000),
}: BothOptions) {
  mkdirSync(dirname(path), { recursive: true })
  const database = new DatabaseSync(path)
  // No test reads after a power cut, so nothing waits for the disk.
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; ${firstTables}`)
  let clock = now
  const later = (most = 86_400_000) => (clock += 1 + random(most))
  const id = (kind: string) => `${kind}_${Array.from({ length: 26 }, () => letters[random(letters.length)]).join("")}`
  const words = () => Array.from({ length: 2 + random(9) }, () => id("w").slice(2, 4 + random(9))).join(" ")
  const run = (sql: string, ...values: (string | number | null)[]) => database.prepare(sql).run(...values)
  const projects = new Map<string, string>()

  function projectOf(place: string): string {
    const known = projects.get(place)
    if (known !== undefined) return known
    const made = Array.from({ length: 40 }, () => "0123456789abcdef"[random(16)]).join("")
    projects.set(place, made)
    run("INSERT INTO project VALUES (?, ?, 'git', NULL, ?, ?, '[]')", made, place, clock, clock)
    return made
  }

  function begin(table: "session" | "session_v2", place: string, parent: string | null): string {
    const session = id("ses")
    const at = later()
    const title = table === "session" ? words() : [words(), null][random(2)]!
    run(
      `INSERT INTO ${table} (id, project_id, parent_id, slug, directory, path, title, version, time_created, time_updated)
       VALUES (?, ?, ?, ?, ?, '', ?, ?, ?, ?)`,
      ...[session, projectOf(place), parent, words(), place, title, table === "session" ? "1.18.33" : "2.0.25", at, at],
    )
    return session
  }

  function touch(table: "session" | "session_v2", session: string, at = later(5_000)): void {
    run(`UPDATE ${table} SET time_updated = ? WHERE id = ?`, at, session)
  }

  function firstMessage(session: string, role: "user" | "assistant", text: string): void {
    const [message, at] = [id("msg"), later(5_000)]
    const data = { role, time: { created: at, ...(role === "assistant" && { completed: at + 1 }) } }
    run("INSERT INTO message VALUES (?, ?, ?, ?, ?)", message, session, at, at, JSON.stringify(data))
    const part = JSON.stringify({ type: "text", text })
    run("INSERT INTO part VALUES (?, ?, ?, ?, ?, ?)", id("prt"), message, session, at, at, part)
  }

  function laterMessage(session: string, type: string, data: object, at = later(5_000), message = id("msg")): void {
    const seq = Number(
      database
        .prepare("SELECT ifnull(max(seq), -1) + 1 + ? AS seq FROM session_message WHERE session_id = ?")
        .get(random(3), session)!["seq"],
    )
    const body = JSON.stringify({ time: { created: at }, ...data })
    run("INSERT INTO session_message VALUES (?, ?, ?, ?, ?, ?, ?)", message, session, type, seq, at, at, body)
  }

  const first = {
    /** Adds a prompt and answers in OpenCode 1. Returns the prompt. */
    say(session: string): string {
      const text = `first ${words()}`
      firstMessage(session, "user", text)
      for (let left = random(3); left >= 0; left--) firstMessage(session, "assistant", `first ${words()}`)
      touch("session", session)
      return text
    },
    begin(place = folder, parent: string | null = null): string {
      const session = begin("session", place, parent)
      first.say(session)
      return session
    },
  }

  const second = {
    /** Creates OpenCode 2's empty tables. */
    start(): void {
      database.exec(laterTables)
    },
    /** Copies all sessions of OpenCode 1, as OpenCode 2 does on its first start. */
    takeOver(): void {
      for (const row of database.prepare("SELECT * FROM session").all()) {
        const shared = Object.keys(row).filter((name) => name !== "revert")
        run(
          `INSERT INTO session_v2 (${shared.join(", ")}) VALUES (${shared.map(() => "?").join(", ")})`,
          ...shared.map((name) => row[name] as string | number | null),
        )
        const session = String(row["id"])
        const messages = database
          .prepare("SELECT id, time_created, data FROM message WHERE session_id = ? ORDER BY time_created, id")
          .all(session)
        for (const message of messages) {
          const parts = database.prepare("SELECT data FROM part WHERE message_id = ? ORDER BY id").all(message["id"]!)
          const texts = parts.map((part) => JSON.parse(String(part["data"])) as { type: string; text: string })
          const isUser = JSON.parse(String(message["data"])).role === "user"
          const data = isUser ? { text: texts[0]?.text } : { agent: "build", content: texts }
          laterMessage(
            session,
            isUser ? "user" : "assistant",
            data,
            Number(message["time_created"]),
            String(message["id"]),
          )
        }
        const last = Number(messages.at(-1)?.["time_created"] ?? clock)
        if (random(2))
          laterMessage(session, "system", { text: "The available tools have changed." }, last + random(2) * 999)
      }
      const at = later()
      run(`INSERT INTO kv VALUES ('migration.v1-v2', '{"phase":"completed"}', ?, ?)`, at, at)
    },
    /** Adds a prompt and answers in OpenCode 2. Returns the prompt. */
    say(session: string): string {
      const text = `second ${words()}`
      if (random(2)) laterMessage(session, "agent-switched", { agent: "plan" })
      laterMessage(session, "user", { text, files: [] })
      for (let left = random(3); left > 0; left--)
        laterMessage(session, "assistant", { agent: "build", content: [{ type: "text", text: `second ${words()}` }] })
      laterMessage(session, "idle", { outcome: "succeeded" })
      // Not every message updates the session's row.
      if (random(2)) touch("session_v2", session)
      return text
    },
    begin(place = folder, parent: string | null = null): string {
      const session = begin("session_v2", place, parent)
      second.say(session)
      return session
    },
    /** Creates an empty session. */
    open: (place = folder): string => begin("session_v2", place, null),
    rename(session: string): void {
      run("UPDATE session_v2 SET title = ? WHERE id = ?", words(), session)
      touch("session_v2", session)
    },
    /** Undoes everything from a prompt on; the messages stay until the next prompt. */
    undo(session: string): void {
      const prompts = database
        .prepare("SELECT id FROM session_message WHERE session_id = ? AND type = 'user'")
        .all(session)
      const messageID = String(prompts[random(prompts.length)]!["id"])
      run("UPDATE session_v2 SET revert = ? WHERE id = ?", JSON.stringify({ messageID }), session)
      if (random(2)) touch("session_v2", session)
    },
    /** Undoes permanently: the messages are deleted. */
    drop(session: string): void {
      const from = "(SELECT max(seq) FROM session_message WHERE session_id = ? AND type = 'user')"
      run(`DELETE FROM session_message WHERE session_id = ? AND seq >= ${from}`, session, session)
      touch("session_v2", session)
    },
    archive(session: string): void {
      run("UPDATE session_v2 SET time_archived = ? WHERE id = ?", later(), session)
    },
    /** Output of OpenCode 2's `opencode session export`. */
    exported(session: string): { info: object; messages: object[] } {
      const row = database.prepare("SELECT * FROM session_v2 WHERE id = ?").get(session)!
      const messages = database
        .prepare("SELECT id, type, data FROM session_message WHERE session_id = ? ORDER BY seq")
        .all(session)
      return {
        info: {
          id: session,
          projectID: row["project_id"],
          title: row["title"] ?? undefined,
          cost: row["cost"],
          time: { created: row["time_created"], updated: row["time_updated"] },
          location: { directory: row["directory"] },
        },
        messages: messages.map(({ id, type, data }) => ({ id, type, ...JSON.parse(String(data)) })),
      }
    },
    /** Opens a session without changing it. */
    view(session: string): void {
      run("UPDATE session_v2 SET time_viewed = ?, time_idle = ? WHERE id = ?", later(), later(), session)
    },
  }

  return {
    path,
    folder,
    database,
    first,
    second,
    id,
    random,
    exec: (sql: string) => database.exec(sql),
    close: () => database.close(),
  }
}

/** Seeded random integers: mulberry32. */
export function seeded(seed: number): (end: number) => number {
  let state = seed >>> 0
  return (end) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end)
  }
}
