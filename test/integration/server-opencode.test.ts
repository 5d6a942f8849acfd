import { mkdtempSync, realpathSync } from "node:fs"
import { mkdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { GetObjectCommand } from "@aws-sdk/client-s3"
import { expect, onTestFinished, test } from "vitest"
import { opencodeClient } from "../support/opencode-client.ts"
import { until } from "../support/opencode-plugin.ts"
import { freePort, serverOnCeph } from "../support/server-process.ts"
import { startStubModel } from "../support/stub-model.ts"

test("the real client without a plugin shares, updates, imports and removes a session completely", async () => {
  const ceph = await serverOnCeph()
  const token = await ceph.token("dana")
  const publicUrl = `http://127.0.0.1:${await freePort()}`
  const server = await ceph.start(publicUrl, { OPENCODE_BUCKET_PUBLIC: "true" })

  const { client, model, ask, project } = await clientOf(`${publicUrl}/${token}`)
  const { id: session } = (await ask("POST", "/session", { title: "On the server" })) as { id: string }
  const say = (text: string) => ask("POST", `/session/${session}/message`, { parts: [{ type: "text", text }] })
  await say("the first thing said")
  const { share } = (await ask("POST", `/session/${session}/share`)) as { share: { url: string } }
  expect(share.url).toMatch(new RegExp(`^${publicUrl}/share/[\\w-]{21}$`))
  const page = async () => (await fetch(share.url)).text()
  await until(page, (html) => html.includes("the first thing said"))
  expect(await page()).toContain("On the server")

  for (const text of ["After a while.", "After another while."]) {
    model.queue({ reasoning: "Let me see.", think: 7_000, text })
    await say("said later")
    await until(page, (html) => html.includes(text), 60_000)
  }

  // OpenCode does not tell a share server which messages it deletes.
  const undo = async (text: string) => {
    model.queue({ text: `${text} as an answer` })
    await say(text)
    await until(page, (html) => html.includes(`${text} as an answer`), 60_000)
    const messages = (await ask("GET", `/session/${session}/message`)) as { info: { id: string; role: string } }[]
    const messageID = messages.findLast(({ info }) => info.role === "user")!.info.id
    await ask("POST", `/session/${session}/revert`, { messageID })
    await until(page, (html) => !html.includes(text), 60_000)
  }
  await undo("said by mistake")
  await say("said instead")
  await until(page, (html) => html.includes("said instead"), 60_000)
  expect(await page()).not.toContain("said by mistake")
  await undo("said after all")
  await ask("POST", `/session/${session}/unrevert`)
  await until(page, (html) => html.includes("said after all as an answer"), 60_000)
  await say("said at last")
  await until(page, (html) => html.includes("said at last"), 60_000)
  expect(await page()).toContain("said after all as an answer")
  const data = await (await fetch(share.url.replace("/share/", "/api/share/").concat("/data"))).text()
  expect(data).toContain("said after all")
  expect(data).not.toContain("said by mistake")

  expect(await client.run(project, "import", share.url)).toContain(session)

  await ask("DELETE", `/session/${session}/share`)
  expect((await fetch(share.url)).status).toBe(410)
  expect((await ceph.keys()).filter((key) => !/^(?:gone|tokens|inventory)\//.test(key))).toEqual([])
  // Later requests of the client change nothing.
  await say("said after that")
  expect(await server.end()).toBe(0)
  const left = (await ceph.keys()).filter((key) => !/^(?:gone|tokens)\//.test(key))
  expect(left.filter((key) => !key.startsWith("inventory/"))).toEqual([])
  for (const Key of left) {
    const { Body } = await ceph.s3.send(new GetObjectCommand({ Bucket: ceph.Bucket, Key }))
    expect(await Body!.transformToString(), Key).not.toContain("On the server")
  }
  const log = server.log()
  expect(log.filter(({ level }) => level === "error")).toEqual([])
  expect(log.map(({ event }) => event)).toEqual(expect.arrayContaining(["create", "read", "remove"]))
  for (const word of [token, session, "the first thing", "On the server"])
    expect(JSON.stringify(log)).not.toContain(word)
})

/** A client with a home of its own that shares to this address. */
async function clientOf(enterprise: string) {
  const home = realpathSync(mkdtempSync(path.join(tmpdir(), "opencode-bucket-server-")))
  const project = path.join(home, "calc")
  await mkdir(project)
  const model = await startStubModel()
  const client = await opencodeClient(home, model.url)
  const file = path.join(home, ".config", "opencode", "opencode.json")
  const settings = JSON.parse(await readFile(file, "utf8"))
  await writeFile(file, JSON.stringify({ ...settings, enterprise: { url: enterprise } }))
  const served = await client.serve(project)
  onTestFinished(async () => {
    await served.close("SIGKILL")
    await model.close()
    await rm(home, { recursive: true, force: true, maxRetries: 5 })
  })
  const ask = async (method: string, place: string, body?: object): Promise<unknown> => {
    const answer = await fetch(served.url + place, {
      method,
      headers: { "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`${method} ${place}: ${answer.status} ${await answer.text()}`)
    return answer.json()
  }
  return { client, model, ask, project }
}
