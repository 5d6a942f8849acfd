import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import path from "node:path"
import type { WantedSession } from "./database.ts"
import { isLegacyMessage, upgradeMessage } from "./legacy-message.ts"
import { emptySessionError, MAX_SUBAGENT_DEPTH } from "./parse-export.ts"
import { projectFolders } from "./project-folders.ts"
import { amount, fields, isFields, optionalText, text, type UnknownFields } from "./read-json.ts"
import type { SessionRecord } from "./source.ts"

/** A session stored as files. */
interface StoredSession {
  id: string
  info: UnknownFields
  /** Folder of the messages, and of the parts of a message. */
  messages: string
  parts: (message: string) => string
  /** Path of the project's file. */
  project?: string
}

/**
 * Reads a session from the JSON files that OpenCode wrote in its data folder before it had a database (1.2). Returns
 * undefined if they do not have it. Unreadable files count as missing. Throws `bad-input` for a session without
 * messages.
 */
export function readStoredSession(data: string, wanted: WantedSession): SessionRecord | undefined {
  const sessions = findStoredSessions(data)
  const found =
    "sessionID" in wanted
      ? sessions.find(({ id }) => id === wanted.sessionID)
      : inProject(sessions, wanted.newestIn).find(isConversation)
  if (!found) return undefined
  if (filesIn(found.messages).length === 0) throw emptySessionError(`session ${found.id}`)
  return recordOf(found, sessions, new Set(), MAX_SUBAGENT_DEPTH)
}

/** `listSessions` for sessions stored as files; undefined if there are none. */
export function listStoredSessions(data: string, { since, project }: { since: number; project: string | undefined }) {
  const all = findStoredSessions(data)
  if (all.length === 0) return undefined
  const stampOf = ({ id, info, messages }: StoredSession, seen: Set<string>): unknown[] => {
    if (seen.has(id)) return []
    seen.add(id)
    const files = filesIn(messages).map((name) => [name, statSync(path.join(messages, name)).mtimeMs])
    return [info, files, ...childrenOf(id, all).map((child) => stampOf(child, seen))]
  }
  return (project === undefined ? all : inProject(all, project))
    .filter((session) => session.info["parentID"] === undefined && updated(session) >= since)
    .filter(({ messages }) => filesIn(messages).length > 0)
    .map((session) => {
      const hash = createHash("sha256").update(JSON.stringify(stampOf(session, new Set())))
      return { id: session.id, stamp: hash.digest("hex").slice(0, 32) }
    })
}

/**
 * Lists the sessions, latest update first. OpenCode stores them in one folder since 0.6; before, in one per project.
 */
function findStoredSessions(data: string): StoredSession[] {
  const one = path.join(data, "storage")
  const sessions = namesIn(path.join(one, "session")).flatMap((project) =>
    sessionsIn(path.join(one, "session", project), (id) => ({
      messages: path.join(one, "message", id),
      parts: (message) => path.join(one, "part", message),
      project: path.join(one, "project", `${project}.json`),
    })),
  )
  const older = namesIn(path.join(data, "project")).flatMap((project) => {
    const folder = path.join(data, "project", project, "storage", "session")
    return sessionsIn(path.join(folder, "info"), (id) => ({
      messages: path.join(folder, "message", id),
      parts: (message) => path.join(folder, "part", id, message),
    }))
  })
  const newerIDs = new Set(sessions.map(({ id }) => id))
  return [...sessions, ...older.filter(({ id }) => !newerIDs.has(id))].sort((a, b) => updated(b) - updated(a))
}

function sessionsIn(folder: string, at: (id: string) => Omit<StoredSession, "id" | "info">): StoredSession[] {
  return filesIn(folder).flatMap((name) => {
    const id = name.slice(0, -".json".length)
    const info = /^ses_[A-Za-z0-9]+$/.test(id) ? readObject(path.join(folder, name)) : undefined
    return info ? [{ id, ...at(id), info: { ...info, id } }] : []
  })
}

const updated = ({ info }: StoredSession) => amount(fields(info["time"])["updated"])

const childrenOf = (id: string, all: readonly StoredSession[]) => all.filter(({ info }) => info["parentID"] === id)

const isConversation = ({ info }: StoredSession) =>
  info["parentID"] === undefined && fields(info["time"])["archived"] === undefined

function inProject(sessions: readonly StoredSession[], folder: string): StoredSession[] {
  const folders = new Set(projectFolders(folder))
  return sessions.filter((session) => {
    const { cwd, root } = workingDirectory(session)
    return folders.has(cwd) || folders.has(root)
  })
}

/** Working directory and project root of a session. The oldest versions store them only in answers. */
function workingDirectory({ info, messages, project }: StoredSession): { cwd: string; root: string } {
  const directory = optionalText(info["directory"])
  if (directory !== undefined) {
    // All folders outside of a repository are one project, whose folder is the file system's root.
    const root = project === undefined || info["projectID"] === "global" ? "" : text(readObject(project)?.["worktree"])
    return { cwd: directory, root: root || directory }
  }
  for (const name of filesIn(messages)) {
    const message = readObject(path.join(messages, name)) ?? {}
    const place = fields(message["path"] ?? fields(fields(message["metadata"])["assistant"])["path"])
    if (typeof place["cwd"] === "string") return { cwd: place["cwd"], root: text(place["root"]) }
  }
  return { cwd: "", root: "" }
}

function recordOf(
  session: StoredSession,
  all: readonly StoredSession[],
  seen: Set<string>,
  depth: number,
): SessionRecord {
  seen.add(session.id)
  const { cwd } = workingDirectory(session)
  const children = childrenOf(session.id, all)
    .filter(({ id }) => depth > 0 && !seen.has(id))
    .sort((a, b) => created(a.info) - created(b.info))
  return {
    info: { ...(cwd !== "" && { directory: cwd }), ...session.info },
    async *messages() {
      yield* messagesOf(session)
    },
    children: children.map((child) => recordOf(child, all, seen, depth - 1)),
  }
}

const created = (info: UnknownFields) => amount(fields(info["time"] ?? fields(info["metadata"])["time"])["created"])

/** Yields the messages by creation time, each read on demand. */
function* messagesOf({ messages, parts }: StoredSession): Generator<unknown> {
  const inOrder = filesIn(messages)
    .map((name) => ({ name, time: created(readObject(path.join(messages, name)) ?? {}) }))
    .sort((a, b) => a.time - b.time || (a.name < b.name ? -1 : 1))
  for (const { name } of inOrder) {
    const id = name.slice(0, -".json".length)
    const stored = readObject(path.join(messages, name))
    if (stored && isLegacyMessage(stored)) {
      yield upgradeMessage({ ...stored, id })
      continue
    }
    // The system prompt is not part of the conversation; later versions do not store it.
    const { system: _, ...info } = stored ?? {}
    const folder = parts(id)
    yield {
      info: { ...info, id },
      parts: filesIn(folder).map(
        (part) => readObject(path.join(folder, part)) ?? { id: part.slice(0, -".json".length) },
      ),
    }
  }
}

function namesIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  try {
    return readdirSync(folder).sort()
  } catch {
    return []
  }
}

const filesIn = (folder: string) => namesIn(folder).filter((name) => name.endsWith(".json"))

function readObject(file: string): UnknownFields | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"))
    return isFields(value) ? value : undefined
  } catch {
    return undefined
  }
}
