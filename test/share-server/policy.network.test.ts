import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { gunzipSync } from "node:zlib"
import { expect, test } from "vitest"
import { collect } from "../../src/store/object-store.ts"
import { ownServer, post, recordedItems, shareFrom } from "../support/own-server.ts"
import { temporaryFolder } from "../support/world.ts"

type Policy = NonNullable<NonNullable<Parameters<typeof ownServer>[1]>["policy"]>

async function under(policy: Policy) {
  const server = await ownServer({}, { policy })
  const { session, items, info } = recordedItems("questions")
  const { id, secret } = await shareFrom(server, session)
  const sync = (data: unknown[]) => server.ask(`/${server.token}/api/share/${id}/sync`, post({ secret, data }))
  const page = async (path = "") => {
    const answer = await server.ask(`/s/${id}/${path}`)
    return [answer.status, await answer.text()] as const
  }
  const stored = async () => {
    const keys = (await collect(server.store.list(`s/${id}/`))).map(({ key }) => key)
    const bodies = await Promise.all(keys.map(async (key) => Buffer.from((await server.store.get(key))!)))
    return bodies.map((body) => (body[0] === 0x1f ? gunzipSync(body) : body).toString()).join("\n")
  }
  const said = (text: string) => [
    { type: "message", data: { id: "msg_zz", sessionID: session, role: "user", time: { created: 4e12 } } },
    { type: "part", data: { id: "prt_zz", messageID: "msg_zz", sessionID: session, type: "text", text } },
  ]
  return { ...server, id, secret, session, items, title: info.title, sync, page, stored, said }
}

const token = "ghp_1234567890abcdefghijABCDEFGHIJ123456"

test("secrets are refused in words instead of replaced, and nothing follows until the session is shared anew", async () => {
  const {
    sync,
    items,
    page,
    publish,
    id,
    said,
    stored,
    log,
    ask,
    session,
    token: own,
    secret,
  } = await under({
    redact: { refuse: true },
  })
  expect((await sync(items)).status).toBe(200)
  await publish(id)
  const before = await page()
  const refused = await sync(said(`The key is ${token}`))
  expect(refused.status).toBe(403)
  const words = JSON.stringify(await refused.json())
  expect(words).toContain("This server refuses secrets, and the session contains: github token")
  expect(words).not.toContain(token)
  // The page would lack a message, so it stays as it was.
  const later = await sync(said("Never mind."))
  expect([later.status, JSON.stringify(await later.json())]).toEqual([403, expect.stringContaining("refuses secrets")])
  await publish(id)
  expect(await page()).toEqual(before)
  expect(await stored()).not.toContain(token)
  expect(log.filter((line) => line.includes('"refused"') && line.includes("github token")).length).toBe(2)

  await ask(`/${own}/api/share/${id}`, post({ secret }, "DELETE"))
  const again = await shareFrom({ ask, token: own }, session)
  expect(again.id).not.toBe(id)
  expect((await ask(`/${own}/api/share/${again.id}/sync`, post({ secret: again.secret, data: items }))).status).toBe(
    200,
  )
})

test("whoever opens a share whose first content was refused reads why", async () => {
  const { sync, page, said } = await under({ redact: { refuse: true } })
  await sync(said(token))
  const [status, text] = await page()
  expect([status, text]).toEqual([202, expect.stringContaining("This server refuses secrets")])
  expect(text).toContain("unshare it and share it again")
})

test("content that the company leaves out is neither on the page nor in the bucket, and the page says so", async () => {
  const { sync, items, page, publish, id, said, stored, session } = await under({ omit: ["attachments", "reasoning"] })
  const part = (id: string, data: object) => ({
    type: "part",
    data: { id, messageID: "msg_zz", sessionID: session, ...data },
  })
  const image = `data:text/plain;base64,${Buffer.from("ATTACHED CONTENT").toString("base64")}`
  const data = [
    ...items,
    ...said("See the plan."),
    part("prt_a", { type: "file", mime: "text/plain", filename: "plan.txt", url: image }),
    part("prt_b", { type: "text", synthetic: true, text: "SYNTHETIC CONTENT" }),
    part("prt_c", { type: "reasoning", text: "REASONED CONTENT", time: { start: 1, end: 2 } }),
  ]
  expect((await sync(data)).status).toBe(200)
  expect(await publish(id)).toBe("published")
  const [, text] = await page("session.md")
  for (const hidden of ["ATTACHED CONTENT", "SYNTHETIC CONTENT", "REASONED CONTENT"]) expect(text).not.toContain(hidden)
  const all = await stored()
  for (const hidden of [image, "ATTACHED CONTENT", "REASONED CONTENT"]) expect(all).not.toContain(hidden)
  expect((await page())[1]).toContain("plan.txt")
  expect((await page())[1]).toMatch(/attachments, reasoning|reasoning, attachments/)
})

/** A program of the company's: refuses what contains a word, and keeps what it was given. */
function hook(word: string) {
  const folder = temporaryFolder()
  const program = path.join(folder, "check")
  const seen = path.join(folder, "seen")
  const script = `#!/bin/sh
{ env; cat "$2"; } > '${seen}'
[ "$1" = --check ] || exit 9
if grep -q '${word}' "$2"; then printf 'Mentions <b>project %s</b>\\033[31m.\\nMore.\\n' '${word}'; exit 1; fi
`
  writeFileSync(program, script)
  chmodSync(program, 0o755)
  return { publishHook: [program, "--check"], seen: () => readFileSync(seen, "utf8"), program }
}

test("the company's program decides what is published, and its words reach the client, the page and the log", async () => {
  const { publishHook, seen } = hook("ZEPHYR")
  const { sync, items, page, publish, id, said, title, token: own } = await under({ publishHook })
  await sync(items)
  expect(await publish(id)).toBe("published")
  expect(seen()).toContain(JSON.stringify(title))
  expect(seen()).toContain(`OPENCODE_BUCKET_SHARE=${id}`)
  expect(seen()).not.toContain("AWS_")
  expect(seen()).not.toContain(own)
  const before = await page()
  expect((await sync(said("Tell me about ZEPHYR"))).status).toBe(200)
  expect(await publish(id)).toBe("refused")
  expect(await page()).toEqual(before)
  const later = await sync(said("And more."))
  expect([later.status, JSON.stringify(await later.json())]).toEqual([403, expect.stringContaining("project ZEPHYR")])
})

test("a first version that the program refuses has no page but its reason, as text", async () => {
  const { publishHook } = hook("ZEPHYR")
  const { sync, items, page, publish, id, said, store } = await under({ publishHook })
  await sync([...items, ...said("ZEPHYR")])
  expect(await publish(id)).toBe("refused")
  const [status, text] = await page()
  expect(status).toBe(202)
  expect(text).toContain("Mentions &lt;b&gt;project ZEPHYR&lt;/b&gt;")
  expect(text).not.toContain("\u001b")
  // Nothing is left to do for another instance.
  expect(await collect(store.list("pending/"))).toEqual([])
})

test("while the program cannot be run, nothing is published, and nothing is lost", async () => {
  const { publishHook, program } = hook("ZEPHYR")
  const { sync, items, page, publish, id } = await under({ publishHook })
  const script = readFileSync(program)
  writeFileSync(program, "#!/nonexistent/interpreter\n")
  await sync(items)
  await expect(publish(id)).rejects.toThrow(/publishHook could not be started/)
  expect((await page())[0]).toBe(202)
  writeFileSync(program, script)
  expect(existsSync(program)).toBe(true)
  expect(await publish(id)).toBe("published")
  expect((await page())[0]).toBe(200)
})
