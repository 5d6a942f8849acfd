import { expect, test } from "vitest"
import { markInconsistent } from "../../../src/share-server/items/batches.ts"
import { publishShare } from "../../../src/share-server/publishing/publish-share.ts"
import { ownServer, post, recordedItems, shareFrom } from "../../support/own-server.ts"

/** Requests to the bucket for one changed part: 30 before they were counted here. */
const MAX_REQUESTS_PER_CHANGE = 12

test.each([undefined, "on"] as const)(
  "one changed part costs few requests to the bucket (versions: %s)",
  async (versions) => {
    const server = await ownServer(versions ? { versions } : {})
    const { session, items } = recordedItems("questions")
    const { id, secret } = await shareFrom(server, session)
    const sync = (data: unknown[]) => server.ask(`/${server.token}/api/share/${id}/sync`, post({ secret, data }))
    await sync(items)
    expect(await server.publish(id)).toBe("published")
    const part = items.find(({ data }) => (data as { type?: string }).type === "text")!
    const counts: number[] = []
    for (let n = 0; n < 30; n++) {
      const before = server.server.requests.length
      await sync([
        { ...part, data: { ...part.data, text: `Changed ${n} times`, time: { start: 1, end: Date.now() + n } } },
      ])
      expect(await server.publish(id)).toBe("published")
      counts.push(server.server.requests.length - before)
    }
    expect(await (await server.ask(`/s/${id}/session.md`)).text()).toContain("Changed 29 times")
    const most = versions ? MAX_REQUESTS_PER_CHANGE + 2 : MAX_REQUESTS_PER_CHANGE
    // Now and then, batches are merged into one; and every few seconds, however many changes there are in them, caches of
    // tokens and owners are read again.
    const median = counts.toSorted((a, b) => a - b)[counts.length / 2]
    expect(median, counts.join(" ")).toBeLessThanOrEqual(most)
  },
)

test("items stored under other rules are redacted again when they are published", async () => {
  const server = await ownServer()
  const { session, items, info } = recordedItems("questions")
  const { id, secret } = await shareFrom(server, session)
  await server.ask(`/${server.token}/api/share/${id}/sync`, post({ secret, data: items }))
  const { store } = server
  const page = async () => (await server.ask(`/s/${id}/`)).text()
  await publishShare(id, { store, version: "1.0.0", now: () => new Date() })
  expect(await page()).toContain(info.title)
  await markInconsistent(store, id)
  await publishShare(id, { store, version: "1.0.0", now: () => new Date(), redact: { patterns: [info.title] } })
  expect(await page()).not.toContain(info.title)
})
