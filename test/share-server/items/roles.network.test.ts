import fc from "fast-check"
import { expect, test } from "vitest"
import { hasMessagesWithoutRole } from "../../../src/share-server/items/session-items.ts"
import { collect } from "../../../src/store/object-store.ts"
import { ownServer, post, recordedItems, shareFrom } from "../../support/own-server.ts"
import { runs } from "../../support/property-runs.ts"

const { session, items } = recordedItems("questions")

/** Messages of this session as OpenCode 2 sends them, in items of either type. */
const withoutRole = fc
  .record({
    id: fc.stringMatching(/^msg_[0-9A-Za-z]{26}$/),
    type: fc.constantFrom("user", "assistant", "shell", "compaction", "synthetic", "idle", "something-new"),
    sessionID: fc.constantFrom(session, undefined),
    text: fc.string(),
    role: fc.constantFrom(undefined, null, 7),
    time: fc.record({ created: fc.nat() }),
  })
  .chain((message) =>
    fc.constantFrom<object>(
      { type: "message", data: message },
      { type: "messages", data: { sessionID: session, messages: [message] } },
      { type: "message", data: { id: message.id, sessionID: session, time: message.time } },
    ),
  )

test("a sync with a message without a role is refused completely", async () => {
  const server = await ownServer()
  const { id, secret } = await shareFrom(server, session)
  const sync = (data: unknown[]) => server.ask(`/${server.token}/api/share/${id}/sync`, post({ secret, data }))
  const keys = async () => (await collect(server.store.list("s/"))).map(({ key }) => key).sort()
  const before = await keys()
  await fc.assert(
    fc.asyncProperty(fc.array(withoutRole, { minLength: 1, maxLength: 3 }), fc.nat(items.length), async (some, at) => {
      for (const data of [some, [...items.slice(0, at), ...some, ...items.slice(at)]]) {
        const answer = await sync(data)
        expect(answer.status).toBe(400)
        expect(await answer.json()).toEqual({
          error: expect.stringContaining("OpenCode 2"),
          hint: expect.stringContaining("OpenCode 1"),
        })
      }
    }),
    { numRuns: runs(30) },
  )
  expect(await keys()).toEqual(before)
  expect(server.kept).toEqual([])
  expect((await server.ask(`/s/${id}/`)).status).toBe(202)

  expect((await sync(items)).status).toBe(200)
  expect(await server.publish(id)).toBe("published")
  const page = await (await server.ask(`/s/${id}/`)).text()
  expect((await sync([{ type: "message", data: { id: "msg_2", type: "user", text: "later" } }])).status).toBe(400)
  expect(await server.publish(id)).toBe("published")
  expect(await (await server.ask(`/s/${id}/`)).text()).toBe(page)
})

test("without the share's secret, the refusal reveals nothing", async () => {
  const server = await ownServer()
  const { id } = await shareFrom(server, session)
  const data = [{ type: "message", data: { id: "msg_2", type: "user", text: "later" } }]
  const answer = await server.ask(`/${server.token}/api/share/${id}/sync`, post({ secret: "another", data }))
  expect(answer.status).toBe(404)
})

test("looking for roles never fails, and items of OpenCode 1 have them", () => {
  expect(hasMessagesWithoutRole(items)).toBe(false)
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.array(fc.jsonValue())), (data) => {
      expect(typeof hasMessagesWithoutRole(data)).toBe("boolean")
    }),
  )
})
