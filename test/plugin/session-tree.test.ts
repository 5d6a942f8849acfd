import fc from "fast-check"
import { expect, test } from "vitest"
import type { OpencodeEvent } from "../../src/plugin/opencode.ts"
import { sessionTree } from "../../src/plugin/session-tree.ts"

const created = (id: string, parentID: string) => ({
  type: "session.created",
  properties: { info: { id, parentID } },
})

test("an event of a subagent's session belongs to its root", () => {
  const tree = sessionTree()
  tree.rootOf(created("ses_child", "ses_root"))
  tree.rootOf(created("ses_grandchild", "ses_child"))
  const part = { type: "message.part.updated", properties: { part: { sessionID: "ses_grandchild" } } }
  expect(tree.rootOf(part)).toBe("ses_root")
  expect(tree.rootOf({ type: "session.idle", properties: { sessionID: "ses_root" } })).toBe("ses_root")
})

test("cyclic parents end", () => {
  const tree = sessionTree()
  tree.rootOf(created("ses_a", "ses_b"))
  tree.rootOf(created("ses_b", "ses_a"))
  expect(tree.rootOf({ type: "session.idle", properties: { sessionID: "ses_a" } })).toMatch(/^ses_[ab]$/)
})

test("an event without a session has none, and no event throws", () => {
  const tree = sessionTree()
  expect(tree.rootOf({ type: "file.edited", properties: { sessionID: "ses_a" } })).toBeUndefined()
  expect(tree.rootOf({ type: "session.status" })).toBeUndefined()
  const type = fc.constantFrom("session.created", "message.updated", "message.part.updated", "other")
  const info = fc.option(
    fc.record({ id: fc.string(), parentID: fc.string(), sessionID: fc.string() }, { requiredKeys: [] }),
  )
  const properties = fc.record({ info, part: info, sessionID: fc.string() }, { requiredKeys: [] })
  const event = fc.record({ type, properties: fc.option(properties) })
  fc.assert(fc.property(event, (event) => void tree.rootOf(event as OpencodeEvent)))
})
