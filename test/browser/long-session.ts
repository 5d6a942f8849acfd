import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { Readable } from "node:stream"
import { fileURLToPath } from "node:url"
import { generateSession } from "../../scripts/generate-session.ts"
import { exportStdin } from "../../src/session/export-file.ts"
import { openLedger } from "../../src/share/ledger.ts"
import { share } from "../../src/share/share.ts"
import { newShareId } from "../../src/share/share-id.ts"
import { unshare } from "../../src/share/unshare.ts"
import { openStore } from "../../src/store/open-store.ts"
import { temporaryFolder } from "../support/world.ts"

export type Message = {
  info: { id: string; role: string; parentID?: string; finish?: string }
  parts: { id: string; messageID: string; type: string; text?: string }[]
}

/**
 * The first messages of a long session, with ids as OpenCode makes them: they sort by creation time, and a part is
 * newer than its message. `isOver`: its last message ends the session.
 */
export function longSession(messages: number, isOver = true) {
  const { info, messages: made } = generateSession({ messages })
  const time = (at: number) => (0x203580000000 + at).toString(16).padStart(12, "0")
  const ids = new Map<string, string>()
  const all = [...made()] as Message[]
  for (const [at, { info, parts }] of all.entries()) {
    ids.set(info.id, `msg_${time(at * 4096)}${info.id.slice(-14)}`)
    info.id = ids.get(info.id) as string
    if (info.parentID) info.parentID = ids.get(info.parentID) as string
    for (const [i, part] of parts.entries())
      Object.assign(part, { id: `prt_${time(at * 4096 + i + 1)}${part.id.slice(-14)}`, messageID: info.id })
  }
  const last = all.at(-1)
  if (last?.info.finish) last.info.finish = isOver ? "stop" : "tool-calls"
  return { info, messages: all }
}

export interface Shared {
  /** Folder of the share. */
  folder: string
  /** Publishes another version of the session to the same folder. */
  again: (session: object) => Promise<void>
  unshare: () => Promise<void>
}

/** Shares a session to a folder, in this process: a process for each version costs more than most tests. */
export async function shareToFolder(session: object): Promise<Shared> {
  const home = temporaryFolder()
  const destination = { to: path.join(home, "shares") }
  const [store, ledger] = [await openStore(destination), openLedger(path.join(home, "ledger"))]
  const options = { store, destination, ledger, version: "0", now: () => new Date(), newId: newShareId }
  const publish = (session: object) =>
    share(exportStdin(Readable.from([JSON.stringify(session)])), { ...options, mayShare: () => {} })
  const { id, url } = await publish(session)
  return {
    folder: path.dirname(fileURLToPath(url)),
    again: async (session) => void (await publish(session)),
    unshare: async () => void (await unshare({ id, url, store, entry: (await ledger.find(id))! }, ledger)),
  }
}

let finished: Promise<Map<string, Buffer>> | undefined

/** A fresh copy of a folder share of a finished session of several pages; it is rendered once. */
export async function finishedShare(): Promise<string> {
  finished ??= shareToFolder(longSession(220)).then(
    ({ folder }) =>
      new Map(
        readdirSync(folder, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => path.join(entry.parentPath, entry.name))
          .map((file) => [path.relative(folder, file), readFileSync(file)]),
      ),
  )
  const folder = temporaryFolder()
  for (const [name, body] of await finished) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), body)
  }
  return folder
}

/** File names of a share's pages, in order. */
export const pagesOf = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => /^(?:index|\d+)\.html$/.test(name))
    .sort((a, b) => (Number.parseInt(a, 10) || 1) - (Number.parseInt(b, 10) || 1))

/** Ids of the items on these pages, in order. */
export const idsIn = (folder: string, pages: readonly string[]): string[] =>
  pages.flatMap((page) =>
    [...readFileSync(path.join(folder, page), "utf8").matchAll(/ id="((?:msg|prt)_[^"]*)"/g)].map(
      ([, id]) => id as string,
    ),
  )
