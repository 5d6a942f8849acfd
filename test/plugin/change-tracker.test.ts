import { expect, test } from "vitest"
import { changeTracker } from "../../src/plugin/change-tracker.ts"

const message = (id: string, sessionID = "ses_1") => ({
  type: "message.updated",
  properties: { info: { id, sessionID } },
})

test("any message of a session that was never read may have changed", () => {
  const tracker = changeTracker()
  tracker.observe(message("msg_1"))
  expect(tracker.takeChanges("ses_1")).toBeUndefined()
})

test("changes since the last read are returned once, whatever changed", () => {
  const tracker = changeTracker()
  tracker.takeChanges("ses_1")
  tracker.observe(message("msg_1"))
  tracker.observe(message("msg_1"))
  tracker.observe({
    type: "message.part.updated",
    properties: { sessionID: "ses_1", part: { sessionID: "ses_1", messageID: "msg_2" } },
  })
  tracker.observe({ type: "message.part.delta", properties: { sessionID: "ses_1", messageID: "msg_3" } })
  tracker.observe({ type: "message.removed", properties: { sessionID: "ses_1", messageID: "msg_4" } })
  tracker.observe(message("msg_5", "ses_2"))
  tracker.observe({ type: "session.idle", properties: { sessionID: "ses_1" } })
  tracker.observe({ type: "session.updated", properties: { info: { id: "ses_1" } } })
  expect(tracker.takeChanges("ses_1")).toEqual(["msg_1", "msg_2", "msg_3", "msg_4"])
  expect(tracker.takeChanges("ses_1")).toEqual([])
})

test.each<[string, object]>([
  ["a message that has no name", { type: "message.part.updated", properties: { part: { sessionID: "ses_1" } } }],
  ["a compaction", { type: "session.compacted", properties: { sessionID: "ses_1" } }],
  ["what nobody knows yet", { type: "session.rewritten", properties: { info: { id: "ses_1" } } }],
])("any message may have changed after %s", (_, event) => {
  const tracker = changeTracker()
  tracker.takeChanges("ses_1")
  tracker.observe(event as never)
  expect(tracker.takeChanges("ses_1")).toBeUndefined()
  expect(tracker.takeChanges("ses_1")).toEqual([])
})

test("any message may have changed after a read failed", () => {
  const tracker = changeTracker()
  tracker.takeChanges("ses_1")
  tracker.reset("ses_1")
  tracker.observe(message("msg_1"))
  expect(tracker.takeChanges("ses_1")).toBeUndefined()
})
