import { existsSync, statSync } from "node:fs"
import path from "node:path"
import { ledgerFolder } from "../config/paths.ts"
import { ShareError } from "../errors.ts"
import { denied, fetchLimited } from "../import/fetch-limited.ts"
import { parseImportSource } from "../import/import-source.ts"
import { toOpencodeExports } from "../import/opencode-export.ts"
import { toOpencodeExportsV2 } from "../import/opencode-export-v2.ts"
import { hasSession, type ImportOptions, importGeneration, importIntoOpencode } from "../import/opencode-import.ts"
import { formatCount } from "../lib/format-count.ts"
import { terminalText, titleLine } from "../lib/terminal-text.ts"
import { countSubagents } from "../session/count-subagents.ts"
import { databasePath } from "../session/database-path.ts"
import { exportFile, exportStdin } from "../session/export-file.ts"
import { isPrompt, type Session, startOfSession } from "../session/model.ts"
import { normalizeSession } from "../session/normalize.ts"
import { parseExport } from "../session/parse-export.ts"
import { assertRoles } from "../session/roles.ts"
import type { SessionSource } from "../session/source.ts"
import { isV2Info } from "../session/v2/is-v2.ts"
import { shareableRecord } from "../session/v2/shareable.ts"
import { findShares, parseShareName } from "../share/find-share.ts"
import { openLedger } from "../share/ledger.ts"
import { prefixOf } from "../share/manifest.ts"
import { openStore } from "../store/open-store.ts"
import { confirmDestination, settingsFromFlags } from "./destination.ts"
import { tokenFor, tokenNotSent } from "./import-token.ts"
import { writeJson } from "./json.ts"
import { promptYesNo } from "./prompt.ts"
import { canAsk, info, oneLine, statusLine, type Terminal } from "./terminal.ts"

export interface ImportFlags {
  /** Add to an existing session with the same id. */
  force?: boolean
  /** Token for a share server that requires one. */
  token?: string
  allowPrivate?: boolean
  yes?: boolean
  json?: boolean
  quiet?: boolean
}

/** Larger than any session seen so far, smaller than the maximum string length. */
const MAX_SESSION_BYTES = 256_000_000

/** `import <link>`: imports a shared session into OpenCode on this machine; prints its id. */
export async function importCommand(link: string, flags: ImportFlags, terminal: Terminal): Promise<void> {
  const { env, cwd, home } = terminal
  const options: ImportOptions = { env, cwd, database: databasePath(env, home) }
  const status = statusLine(terminal, flags.quiet)
  try {
    status.show(`Reading ${link}…`)
    const source = await sourceOf(link, flags, terminal)
    await source.read(async (record) => {
      await assertRoles(record)
      const generation = await importGeneration(isV2Info(record.info), env)
      const session = normalizeSession(shareableRecord(record))
      const { id } = session.info
      if (!flags.force && (await hasSession(id, options)))
        throw new ShareError("bad-usage", `Session ${id} already exists in OpenCode.`, {
          hint: "Continue it with: opencode --session <id>. Use --force to add missing messages and move it to this project.",
        })
      const words = await describeSession(session, source.label, cwd)
      status.clear()
      if (canAsk(terminal) && !flags.yes) await agree(words, terminal)
      let [sessions, unknown] = [0, 0]
      const exports = generation === 2 ? toOpencodeExportsV2(session) : toOpencodeExports(session)
      for await (const one of exports) {
        status.show(`Importing session ${++sessions}…`)
        await importIntoOpencode(one, generation, options)
        unknown += one.unknown
      }
      status.clear()
      const others = sessions > 1 ? ` and ${formatCount(sessions - 1, "subagent session")}` : ""
      info(
        terminal,
        flags.quiet,
        `Imported "${titleLine(session.info.title) || id}"${others}. Continue with: opencode --session ${id}`,
      )
      if (unknown > 0) info(terminal, flags.quiet, `Skipped ${formatCount(unknown, "part")} of unknown type.`)
      if (flags.json) writeJson(terminal, { session: id, title: session.info.title, sessions, skippedParts: unknown })
      else terminal.stdout.write(`${id}\n`)
    })
  } finally {
    status.clear()
  }
}

async function sourceOf(link: string, flags: ImportFlags, terminal: Terminal): Promise<SessionSource> {
  if (link === "-") return exportStdin(terminal.stdin)
  const isFolder = (place: string) => statSync(place, { throwIfNoEntry: false })?.isDirectory() ?? false
  const place = parseImportSource(link, terminal.cwd, isFolder)
  if ("file" in place) {
    const page = /^file:/i.test(link) ? place.file : path.resolve(terminal.cwd, link)
    if (/\.html$/i.test(link) && !existsSync(place.file) && existsSync(page))
      throw new ShareError("bad-input", `${oneLine(link)} is a page without a session.json beside it.`, {
        hint: "Export the session for import: opencode-bucket export --format json",
      })
    return exportFile(existsSync(place.file) ? place.file : page)
  }
  const { allowPrivate } = flags
  const token = tokenFor(place.url, flags.token, terminal)
  const body = await fetchLimited(place.url, { maxBytes: MAX_SESSION_BYTES, token, allowPrivate }).catch(
    async (error: unknown) => {
      if (!(error instanceof ShareError) || error.code !== "store-denied") throw error
      const own = await readFromOwnStore(link, terminal)
      if (own) return own
      const behind = tokenNotSent(place.url, flags.token, terminal)
      if (behind === undefined) throw error
      throw new ShareError(error.code, `${error.message} ${behind}`, {
        cause: error,
        ...(error.hint && { hint: error.hint }),
      })
    },
  )
  // Servers often send a sign-in page instead of an error.
  if (/^\s*</.test(Buffer.from(body.subarray(0, 100)).toString())) throw denied(place.url)
  return { label: place.url.href, read: async (use) => use(parseExport(body, place.url.href)) }
}

/** Reads a session that is not public from a bucket known from the settings or the ledger; undefined if not found. */
async function readFromOwnStore(link: string, terminal: Terminal): Promise<Uint8Array | undefined> {
  try {
    const settings = settingsFromFlags({}, terminal, { isNew: false })
    const { destination } = settings
    const confirmImport = () => confirmDestination(settings, {}, terminal)
    const ledger = openLedger(ledgerFolder(terminal))
    const found = await findShares(parseShareName(link), {
      ledger,
      destination,
      open: openStore,
      confirm: confirmImport,
    })
    for (const { store, id } of found) {
      const body = await store.get(`${prefixOf(id)}session.json`).finally(() => store.close())
      if (body) return body
    }
  } catch {
    // The error of the link itself is more helpful.
  }
  return undefined
}

async function describeSession(session: Session, from: string, cwd: string): Promise<string> {
  let [prompts, answers] = [0, 0]
  const read = startOfSession()
  for await (const message of session.messages(read)) {
    if (isPrompt(message)) prompts++
    else if (message.role === "assistant") answers++
  }
  const subagents = await countSubagents(session, read)
  const { title, directory, version } = session.info
  const facts = [
    ["Conversation", titleLine(title) || "Untitled session"],
    [
      "Contains",
      [
        formatCount(prompts, "prompt"),
        formatCount(answers, "answer"),
        subagents > 0 && formatCount(subagents, "subagent"),
      ]
        .filter(Boolean)
        .join(", "),
    ],
    ["From", oneLine(from)],
    ["Directory", `${oneLine(directory)}${version ? `, OpenCode ${oneLine(version)}` : ""}`],
    ["Into", `the project of ${terminalText(cwd)}`],
  ]
  return facts.map(([name = "", value]) => `  ${name.padEnd(14)}${value}\n`).join("")
}

async function agree(words: string, terminal: Terminal): Promise<void> {
  terminal.stderr.write(
    `\n${words}\n  It contains text written by others. Continuing the session sends that text to the model.\n\n`,
  )
  if (!(await promptYesNo(terminal, "Import it?")))
    throw new ShareError("cancelled", "Cancelled. The session was not imported.")
}
