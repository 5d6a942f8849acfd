import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { hostileSession } from "../render/hostile-session.ts"
import { ownHome } from "../support/run-command.ts"
import { startS3Server } from "../support/s3-server.ts"

const own =
  /^s\/[A-Za-z0-9_-]{21}\/(?:(?:index|\d+|changes(?:-\d+)?|sub-[0-9a-f]{10}(?:-\d+|-changes(?:-\d+)?)?)\.html|session\.(?:json|md)|page-[0-9a-f]{16}\.css|manifest\.json|files\/[0-9a-f]{32}\.(?:txt|bin|pdf|png|jpg|gif|webp|avif))$/
const types =
  /^(?:text\/(?:html|css|plain|markdown); charset=utf-8|application\/(?:json; charset=utf-8|octet-stream)|image\/(?:png|jpeg|gif|webp|avif))$/

/** A session whose every text is hostile, what is a session and what is not left so that it can be shared at all. */
function hostile(home: ReturnType<typeof ownHome>, round: number): string {
  const session = hostileSession(round)
  const file = home.file("talk.json")
  writeFileSync(file, JSON.stringify({ ...session, info: { ...(session.info as object), id: "ses_1" } }))
  return file
}

test.each([3])("no key or header of a request contains text of a hostile session (round %d)", async (round) => {
  const server = await startS3Server({ publicRead: true })
  onTestFinished(() => server.close())
  const home = ownHome()
  const place = ["--to", `s3://${server.bucket}`, "--endpoint", server.endpoint]
  const { status, stderr } = await home.run(["share", hostile(home, round), "--yes", ...place], {
    env: server.environment,
  })
  expect({ status }, stderr).toEqual({ status: 0 })
  expect(server.objects().size).toBeGreaterThan(10)
  for (const { operation, key, headers } of server.requests) {
    if (operation === "PutObject") {
      expect(key).toMatch(own)
      expect(headers["content-type"]).toMatch(types)
      expect(headers["cache-control"]).toMatch(/^(?:no-cache|private, max-age=300)$/)
    }
    for (const [name, value] of Object.entries(headers)) {
      expect(name).not.toMatch(/^x-amz-(?:meta|tagging|website)|^content-disposition$/)
      expect(value).toMatch(/^[\w !#-;=?@[\]{}~%&+*|^`]*$/)
      expect(value).not.toMatch(/foreign|alert|script|evil/)
    }
  }
})

test.each([0])("no file name contains text of a hostile session (round %d)", async (round) => {
  const home = ownHome()
  const folder = home.file("shares")
  const { status, stderr } = await home.run(["share", hostile(home, round), "--yes", "--to", folder])
  expect({ status }, stderr).toEqual({ status: 0 })
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.relative(folder, path.join(parentPath, name)).replaceAll("\\", "/"))
  expect(names.length).toBeGreaterThan(10)
  for (const name of names) expect(name).toMatch(own)
  // Beside the share, only the ledger knows of it, and its file is named by a hash.
  const local = readdirSync(home.file("data"), { recursive: true, encoding: "utf8" })
  for (const name of local) expect(name).toMatch(/^[\w./\\-]+$/)
  expect(
    JSON.parse(readFileSync(path.join(folder, names.find((name) => name.endsWith("manifest.json"))!), "utf8")).id,
  ).toHaveLength(21)
})
