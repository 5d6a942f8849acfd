import { type ChildProcess, spawn } from "node:child_process"
import { buffer, text as readText } from "node:stream/consumers"
import { ShareError } from "../errors.ts"
import type { Environment } from "./database-path.ts"
import { usableID } from "./ids.ts"
import { MAX_SUBAGENT_DEPTH, parseExport } from "./parse-export.ts"
import { projectFolders } from "./project-folders.ts"
import { fields, isFields, list, text } from "./read-json.ts"
import type { SessionRecord } from "./source.ts"

/** Version of `opencode` on the PATH; undefined if it does not start or prints none. */
export async function opencodeVersion(env: Environment): Promise<string | undefined> {
  const answer = await runOpencode(["--version"], env).catch(() => undefined)
  return versionIn(new TextDecoder().decode(answer?.stdout))
}

/** Extracts the version from the output of `opencode --version`, without a leading `v`; undefined if there is none. */
const versionIn = (printed: string): string | undefined => /(?<![\d.])\d+\.\d+\.\d+[\w.-]*/.exec(printed)?.[0]

export const isOpencode2 = (version: string): boolean => Number.parseInt(version, 10) >= 2

/** Whether a version of OpenCode has sharing of its own, which ended with 1.19.1. */
export function hasOwnSharing(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split(/[.-]/, 3).map((part) => Number.parseInt(part, 10) || 0)
  return major < 1 || (major === 1 && (minor < 19 || (minor === 19 && patch < 1)))
}

/**
 * Reads a session with `opencode export`, or with `opencode session export` of OpenCode 2: takes seconds, but supports
 * the storage of every version. Subagent sessions are those that tool calls refer to. Throws `session-not-found`, also
 * if `opencode` is not installed.
 */
export async function opencodeExport(sessionID: string, env: Environment): Promise<SessionRecord> {
  const version = await opencodeVersion(env)
  // OpenCode 2 takes any other first word as a folder to open.
  const command = version !== undefined && isOpencode2(version) ? ["session", "export"] : ["export"]
  return exportWithChildren(sessionID, { env, command, seen: new Set() }, MAX_SUBAGENT_DEPTH)
}

/** Id of the newest session of the project of `directory`, from `opencode session list`. Throws `session-not-found`. */
export async function opencodeNewest(directory: string, env: Environment): Promise<string> {
  const command = ["session", "list", "--format", "json"]
  const { stdout } = await opencode(command, env, `The newest session of ${directory}`, directory)
  const here = new Set(projectFolders(directory))
  const sessions = parseList(stdout)
    .filter(isFields)
    .filter(({ projectId, directory }) => projectId !== "global" || here.has(String(directory)))
    .sort((a, b) => Number(b["updated"]) - Number(a["updated"]))
  const id = sessions.map((session) => usableID(session["id"])).find((id) => id !== undefined)
  if (id === undefined) throw projectSessionNotFound(directory)
  return id
}

export function projectSessionNotFound(directory: string): ShareError {
  return new ShareError("session-not-found", `No session found in the project of ${directory}.`, {
    hint: "Run this in the project's folder, or give a session id: `opencode session list` shows them.",
  })
}

export function sessionNotFound(sessionID: string, cause?: unknown): ShareError {
  return new ShareError("session-not-found", `Session ${sessionID} not found.`, {
    hint: "`opencode session list` shows the sessions of a project.",
    cause,
  })
}

interface ExportContext {
  env: Environment
  command: string[]
  /** Ids of the sessions exported so far. */
  seen: Set<string>
}

async function exportWithChildren(id: string, context: ExportContext, depth: number): Promise<SessionRecord> {
  const { env, command, seen } = context
  seen.add(id)
  const { stdout, failure } = await opencode([...command, id], env, `Session ${id}`)
  if (failure !== undefined) throw sessionNotFound(id, failure)
  const record = parseExport(stdout, `session ${id}`)
  const children: SessionRecord[] = []
  for await (const childID of subagentIDs(record)) {
    if (depth === 0 || seen.has(childID)) continue
    // Export the session even if a subagent session is missing.
    const child = await exportWithChildren(childID, context, depth - 1).catch(() => undefined)
    if (child !== undefined) children.push(child)
  }
  return { ...record, children }
}

async function* subagentIDs(record: SessionRecord): AsyncGenerator<string> {
  for await (const message of record.messages()) {
    const { parts, content } = fields(message)
    for (const part of list(parts ?? content)) {
      const { tool, name, state } = fields(part)
      const { sessionId, sessionID } = fields(fields(state)["metadata"])
      const id = usableID(sessionID ?? sessionId)
      if (["task", "subagent"].includes(text(tool) || text(name)) && id !== undefined) yield id
    }
  }
}

function parseList(stdout: Uint8Array): readonly unknown[] {
  try {
    return list(JSON.parse(new TextDecoder().decode(stdout)))
  } catch {
    // Without sessions, the output is empty.
    return []
  }
}

export interface OpencodeOutput {
  stdout: Uint8Array
  /** Error with the text of stderr, if the exit status is not 0. */
  failure: Error | undefined
}

/**
 * Runs `opencode` until it exits. Throws `session-not-found` if it does not start.
 * @param wanted subject of that error's sentence
 */
async function opencode(args: string[], env: Environment, wanted: string, cwd?: string): Promise<OpencodeOutput> {
  try {
    return await runOpencode(args, env, cwd)
  } catch (cause) {
    const sentence = `${wanted} not found: there is no readable OpenCode database, and \`opencode\` cannot be started.`
    const hint = "Put `opencode` on the PATH, or share an export file: opencode export <session id> > FILE."
    throw new ShareError("session-not-found", sentence, { hint, cause })
  }
}

/** Runs `opencode` until it exits. Rejects if it does not start. */
export async function runOpencode(args: string[], env: Environment, cwd?: string): Promise<OpencodeOutput> {
  // On Windows npm installs a script, which only a shell can start. This is safe: arguments are fixed words, ids of
  // letters, and quoted paths of our own.
  const shell = process.platform === "win32"
  const child = spawn("opencode", args, { env, shell, ...(cwd && { cwd }), stdio: ["ignore", "pipe", "pipe"] })
  const [stdout, stderr, status] = await Promise.all([buffer(child.stdout), readText(child.stderr), exitOf(child)])
  return {
    stdout,
    failure: status === 0 ? undefined : new Error(stderr.trim() || `opencode exited with status ${status}`),
  }
}

function exitOf(child: ChildProcess): Promise<number | string | null> {
  return new Promise((resolve, reject) => {
    child.once("close", (status, signal) => resolve(status ?? signal))
    child.once("error", reject)
  })
}
