import { cpSync } from "node:fs"
import path from "node:path"
import { expect, test } from "vitest"
import { directoryStore } from "../../src/store/directory/directory.ts"
import { company } from "../support/administered.ts"
import { post } from "../support/own-server.ts"
import { temporaryFolder } from "../support/world.ts"

test("a server on a copy of the bucket has its shares, tokens, owners and removals, and goes on", async () => {
  const folder = temporaryFolder()
  const store = await directoryStore(path.join(folder, "bucket"))
  const { as, ids, tokens, share, instance } = await company(store)
  await as("admin@corp.example").act({ kind: "share", id: ids.eve, unshare: "true" })
  cpSync(path.join(folder, "bucket"), path.join(folder, "copy"), { recursive: true })
  // The original is lost.
  const restored = instance(await directoryStore(path.join(folder, "copy")))
  expect(await share.status(ids.dana, restored)).toBe(200)
  expect(await share.status(ids.eve, restored)).toBe(410)
  const mine = await restored.ask("/mine", { headers: { "x-email": "dana@corp.example" }, from: "10.0.0.5" })
  expect(await mine.text()).toContain(ids.dana2)
  const again = await restored.ask(`/${tokens.dana}/api/share`, post({ sessionID: "ses_1" }))
  expect(((await again.json()) as { id: string }).id).toBe(ids.dana)
})
