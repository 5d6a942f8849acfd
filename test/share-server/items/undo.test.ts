import fc from "fast-check"
import { expect, test } from "vitest"
import { normalizeSession } from "../../../src/session/normalize.ts"
import { withFields } from "../../../src/share-server/items/item-fields.ts"
import { mergeItems, readItems, toSessionRecord } from "../../../src/share-server/items/session-items.ts"
import type { SessionItem, StoredItem } from "../../../src/share-server/items/stored-item.ts"
import { undoneFilter } from "../../../src/share-server/items/undo.ts"
import { runs } from "../../support/property-runs.ts"
import { all } from "../../support/record.ts"

const SESSION = "ses_1"

/** A client that sends what the real one was observed to send after each user action. */
function client() {
  let [clock, ids] = [Date.UTC(2026, 10, 2), 0]
  let messages: { id: string; role: string; text: string; created: number }[] = []
  let revert: { messageID: string } | undefined
  const batches: SessionItem[][] = []
  const session = (): SessionItem => ({
    type: "session",
    data: { id: SESSION, title: "t", time: { created: 1, updated: ++clock }, ...(revert && { revert }) },
  })
  const add = (role: string, text: string): SessionItem[] => {
    const id = `msg_${String(++ids).padStart(6, "0")}`
    const created = ++clock
    messages.push({ id, role, text, created })
    const part = { id: `prt_${id}`, messageID: id, sessionID: SESSION, type: "text", text }
    return [
      { type: "message", data: { id, sessionID: SESSION, role, time: { created } } },
      { type: "part", data: part },
    ]
  }
  const shown = () => {
    const end = messages.findIndex(({ id }) => id === revert?.messageID)
    return messages.slice(0, end < 0 ? messages.length : end).map(({ text }) => text)
  }
  const send = (...items: SessionItem[]) => void batches.push(items)
  return {
    batches,
    shown,
    say(text: string) {
      clock += 1_000
      const kept = shown()
      messages = messages.slice(0, kept.length)
      revert = undefined
      const asked = add("user", text)
      const answers = [add("assistant", `${text} answer`), add("assistant", `${text} end`)]
      send(session(), ...asked, ...answers[0]!)
      send(...answers[1]!, session(), { type: "session_diff", data: [] })
    },
    undo(which: number) {
      clock += 1_000
      const prompts = messages.slice(0, shown().length).filter(({ role }) => role === "user")
      const prompt = prompts[which % (prompts.length || 1)]
      if (!prompt) return
      revert = { messageID: prompt.id }
      send({ type: "session_diff", data: [] }, session())
    },
    redo() {
      clock += 1_000
      if (!revert) return
      revert = undefined
      send(session())
    },
    rename() {
      clock += 1_000
      send(session())
    },
  }
}

const step = fc.oneof(
  fc.constant({ do: "say" as const }),
  fc.nat().map((which) => ({ do: "undo" as const, which })),
  fc.constant({ do: "redo" as const }),
  fc.constant({ do: "rename" as const }),
)

const textsOf = async (items: ReadonlyMap<string, StoredItem>) =>
  (await all(normalizeSession(toSessionRecord(items, SESSION)).messages())).flatMap(({ parts }) =>
    parts.flatMap((part) => (part.type === "text" ? part.text : [])),
  )

test("final undos stay out and redone messages return, in any order of batches and folds", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), fc.infiniteStream(fc.nat(1_000)), async (steps, chance) => {
      const { batches, shown, ...user } = client()
      user.say("0")
      for (const [i, what] of steps.entries()) {
        if (what.do === "say") user.say(String(i + 1))
        else if (what.do === "undo") user.undo(what.which)
        else user[what.do]()
      }
      const kept = batches.map((batch) => withFields(readItems(batch, SESSION)))
      const inOrder = new Map<string, StoredItem>()
      for (const batch of kept) {
        mergeItems(inOrder, batch)
        // Like `compactBatches`.
        const isUndone = undoneFilter(inOrder)
        if (chance.next().value! % 2 === 0)
          for (const [name, item] of [...inOrder]) if (isUndone(item)) inOrder.delete(name)
      }
      expect(await textsOf(inOrder)).toEqual(shown())

      const shuffled = new Map<string, StoredItem>()
      const order = new Map(kept.map((batch) => [batch, chance.next().value!]))
      for (const batch of kept.toSorted((a, b) => order.get(a)! - order.get(b)!)) mergeItems(shuffled, batch)
      expect(await textsOf(shuffled)).toEqual(shown())
    }),
    { numRuns: runs(300) },
  )
})

test("an undo from a part on keeps the parts before it", async () => {
  const part = (id: string, text: string) => ({
    type: "part",
    data: { id, messageID: "msg_2", sessionID: SESSION, type: "text", text },
  })
  const message = (id: string, role: string, created: number) => ({
    type: "message",
    data: { id, sessionID: SESSION, role, time: { created } },
  })
  const session = (updated: number, revert?: object) => ({
    type: "session",
    data: { id: SESSION, time: { updated }, ...(revert && { revert }) },
  })
  const items = new Map<string, StoredItem>()
  for (const batch of [
    [
      session(1),
      message("msg_1", "user", 1),
      message("msg_2", "assistant", 2),
      part("prt_1", "kept"),
      part("prt_2", "undone"),
    ],
    [session(3, { messageID: "msg_2", partID: "prt_2" })],
    [session(5), message("msg_3", "user", 4)],
  ])
    mergeItems(items, withFields(readItems(batch, SESSION)))
  expect(await textsOf(items)).toEqual(["kept"])
})

test("a client cannot send undo items itself", () => {
  expect(
    readItems(
      [
        { type: "undo", data: { at: 1, messageID: "msg_1" } },
        { type: "redo", data: { at: 2 } },
      ],
      SESSION,
    ),
  ).toEqual([])
})
