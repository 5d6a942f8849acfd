import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { DatabaseSync } from "node:sqlite"
import { afterAll, describe, expect, test } from "vitest"
import { generateSession } from "../../../scripts/generate-session.ts"
import { databaseSource } from "../../../src/session/database.ts"
import { exportFile } from "../../../src/session/export-file.ts"
import { opencodeSession } from "../../../src/session/opencode-api.ts"
import type { SessionSource } from "../../../src/session/source.ts"
import { messagesFrom } from "../../../src/session/source.ts"
import { hashPrefix } from "../../../src/share/resume/prefix-hash.ts"
import { copy, idOf } from "../../support/opencode-database.ts"
import { all } from "../../support/record.ts"

const folder = mkdtempSync(path.join(os.tmpdir(), "opencode-bucket-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Message {
  info: { id: string }
  parts: { id: string; type: string; text?: string }[]
}

const { info, messages } = generateSession({ messages: 9 })
const generated = [...messages()] as Message[]

function file(messages: Message[], large: number): SessionSource {
  const name = path.join(folder, `${Math.random()}.json`)
  writeFileSync(name, JSON.stringify({ info, messages }, null, 1))
  return exportFile(name, large)
}

function api(messages: Message[]): SessionSource {
  const at = (path: string) => (path.includes("/message") ? messages : path.endsWith("/children") ? [] : info)
  return opencodeSession("ses_1", async (path) => new Response(JSON.stringify(at(path))))
}

/** OpenCode's own database, with these messages in the place of a session's. */
function database(messages: Message[]): SessionSource {
  const name = copy()
  const database = new DatabaseSync(name)
  const session = idOf("Fix add()")
  database.prepare("DELETE FROM part WHERE session_id = ?").run(session)
  database.prepare("DELETE FROM message WHERE session_id = ?").run(session)
  for (const [at, { info, parts }] of messages.entries()) {
    database
      .prepare("INSERT INTO message (id, session_id, time_created, time_updated, data) VALUES (?, ?, ?, ?, ?)")
      .run(info.id, session, at, at, JSON.stringify(info))
    for (const part of parts)
      database
        .prepare(
          "INSERT INTO part (id, message_id, session_id, time_created, time_updated, data) VALUES (?, ?, ?, ?, ?, ?)",
        )
        .run(part.id, info.id, session, at, at, JSON.stringify(part))
  }
  database.close()
  return databaseSource({ sessionID: session }, { path: name, env: {} })
}

describe.each<[string, (messages: Message[]) => SessionSource]>([
  ["a file that is read whole", (messages) => file(messages, 1e9)],
  ["a file that is read message by message", (messages) => file(messages, 1)],
  ["OpenCode's API", api],
  ["OpenCode's database", database],
])("%s", (_, source) => {
  const begins = (messages: Message[], count: number) => source(messages).read((record) => hashPrefix(record, count))

  test("reads the rest of a session as it reads the whole", async () => {
    await source(generated).read(async (record) => {
      const whole = await all(record.messages())
      expect(whole).toHaveLength(9)
      for (const from of [0, 1, 8, 9, 20]) expect(await all(messagesFrom(record, from))).toEqual(whole.slice(from))
    })
  })

  test("tells whether a session begins with the same messages", async () => {
    const known = await begins(generated.slice(0, 7), 6)
    expect(known).toMatchObject({ messages: 6 })
    expect(await begins(generated, 6)).toEqual(known)
    await source(generated).read(async (record) => {
      expect(await hashPrefix(record, 8, await hashPrefix(record, 6))).toEqual(await hashPrefix(record, 8))
    })
    expect(await begins(generated.slice(0, 5), 6)).toBeUndefined()
  })

  test.each<[string, (messages: Message[]) => void]>([
    ["one text is another", (messages) => void Object.assign(messages[2]!.parts[0]!, { text: "another" })],
    ["a part is gone", (messages) => void messages[3]!.parts.pop()],
    ["a message is gone", (messages) => void messages.splice(1, 1)],
    ["two messages are one", (messages) => void messages[1]!.parts.push(...messages.splice(2, 1)[0]!.parts)],
  ])("tells that %s", async (_, change) => {
    const other = structuredClone(generated)
    change(other)
    expect(await begins(other, 6)).not.toEqual(await begins(generated, 6))
  })
})

test("a message that is nested too deeply is not an error", async () => {
  let deep: unknown = []
  for (let depth = 0; depth < 20_000; depth++) deep = [deep]
  const record = {
    info,
    async *messages() {
      yield deep
    },
    children: [],
  }
  expect(await hashPrefix(record, 1)).toBeUndefined()
})
