import { expect, test } from "vitest"
import { ShareError } from "../../src/errors.ts"
import { sharing } from "../../src/plugin/sharing.ts"
import type { WorkerJob } from "../../src/plugin/worker-client.ts"
import type { LedgerEntry } from "../../src/share/ledger/ledger-entry.ts"

/** Sharing whose publisher notes what it is asked for and answers as told. */
function noting(answer: (job: WorkerJob) => unknown = () => undefined, known: Partial<LedgerEntry>[] = []) {
  const jobs: string[] = []
  const told: string[] = []
  const touched: (readonly string[] | undefined)[] = []
  const shares = sharing({
    worker: {
      async run(job) {
        jobs.push("id" in job ? `${job.job} ${job.id}` : job.job)
        if (job.job === "update") touched.push(job.changedMessages)
        const own = (await answer(job)) as Record<string, unknown> | undefined
        const usual =
          job.job === "share" ? { id: "id1", url: "https://x", secret: "s", title: "A talk" } : { session: "ses_1" }
        return own ?? usual
      },
    },
    folder: "/project",
    api: "http://127.0.0.1:1",
    ledgerEntries: async () => known as LedgerEntry[],
    notify: (title) => void told.push(title),
    debounceMs: 1,
  })
  const happens = (type: string, sessionID = "ses_1", messageID = "msg_1") =>
    shares.handleEvent({ type, properties: { sessionID, messageID } })
  return { ...shares, happens, jobs, told, touched }
}

test("concurrent requests share a session once", async () => {
  const { backend, jobs } = noting()
  const [one, other] = await Promise.all([backend.create("ses_1"), backend.create("ses_1")])
  expect(one).toEqual({ id: "id1", url: "https://x", secret: "s" })
  expect(other).toEqual(one)
  expect(jobs).toEqual(["share"])
})

test("changes during the first publish are published after it, even if OpenCode exits", async () => {
  let finish = () => {}
  const made = new Promise<void>((resolve) => {
    finish = resolve
  })
  const { backend, happens, flush: settled, jobs } = noting((job) => (job.job === "share" ? made : undefined))
  const created = backend.create("ses_1")
  happens("message.updated")
  const ended = settled()
  finish()
  await Promise.all([created, ended])
  expect(jobs).toEqual(["share", "update id1"])
})

test("a session shared before this process is looked up once, and updated", async () => {
  const { happens, flush: settled, jobs } = noting(undefined, [{ id: "old", session: "ses_1", secret: "s" }])
  happens("message.updated")
  happens("session.idle")
  await settled()
  expect(jobs).toEqual(["update old"])
})

test("a session that the terminal shared meanwhile is updated from the next idle on", async () => {
  const entries: Partial<LedgerEntry>[] = []
  const { happens, flush: settled, jobs } = noting(undefined, entries)
  happens("session.idle")
  await settled()
  entries.push({ id: "new", session: "ses_1", follows: true })
  happens("message.updated")
  await settled()
  expect(jobs).toEqual([])
  happens("session.idle")
  await settled()
  expect(jobs).toEqual(["update new"])
})

test("sessions that were not shared, or only by the command, are not updated", async () => {
  const { happens, flush: settled, jobs } = noting(undefined, [{ id: "old", session: "ses_2" }])
  happens("session.idle")
  happens("session.idle", "ses_2")
  happens("session.idle", "no session at all")
  await settled()
  expect(jobs).toEqual([])
})

test("nothing is published of a share during its removal", async () => {
  const { backend, happens, flush: settled, jobs, told } = noting()
  await backend.create("ses_1")
  const removed = backend.remove("id1", "s")
  await backend.sync("id1", async () => ({}), new Request("http://127.0.0.1"))
  happens("session.idle")
  await removed
  await backend.sync("id1", async () => ({}), new Request("http://127.0.0.1"))
  await settled()
  expect(jobs).toEqual(["share", "unshare id1"])
  expect(told).toEqual([])
})

test("a share that could not be removed is still updated", async () => {
  const {
    backend,
    flush: settled,
    jobs,
    told,
  } = noting(({ job }) => {
    if (job === "unshare") throw new ShareError("store-busy", "Later.")
  })
  await backend.create("ses_1")
  await backend.sync("id1", async () => ({}), new Request("http://127.0.0.1"))
  await expect(backend.remove("id1", "s")).rejects.toMatchObject({ code: "store-busy" })
  await backend.sync("id1", async () => ({}), new Request("http://127.0.0.1"))
  await settled()
  expect(jobs).toEqual(["share", "confirm id1", "unshare id1", "update id1"])
  expect(told).toEqual(["The share was not removed"])
})

test.each([
  [{ seen: "challenge", note: "A bot check stands in front." }, ["About the link"]],
  [{ seen: "refused", note: "The link is not public." }, ["About the link"]],
  [{ seen: "local", note: "Only this machine can open the link." }, []],
  [{ seen: "local", note: "Only this machine can open the link.", isDefault: true }, ["About the link"]],
  [{ seen: "page" }, []],
])("an obstacle in front of a link is reported when it is created: %j", async (about, said) => {
  const { backend, told } = noting(() => ({ id: "id1", url: "https://x", secret: "s", title: "A talk", ...about }))
  await backend.create("ses_1")
  expect(told).toEqual(said)
})

test.each([
  [{ proven: false, note: "Not proven: a sign-in stands in front." }, ["The share was deleted"]],
  [{ proven: true }, []],
])("an unproven removal is reported: %j", async (removal, said) => {
  const { backend, told } = noting(({ job }) => (job === "unshare" ? removal : undefined))
  await backend.create("ses_1")
  await backend.remove("id1", "s")
  expect(told).toEqual(said)
})

test("a removed share is reported once, and its session can be shared again", async () => {
  const {
    backend,
    happens,
    flush: settled,
    jobs,
    told,
  } = noting(({ job }) => {
    if (job === "update") throw new ShareError("share-not-found", "Gone.")
  })
  await backend.create("ses_1")
  for (let again = 0; again < 3; again++) {
    await backend.sync("id1", async () => ({}), new Request("http://127.0.0.1"))
    await settled()
  }
  happens("session.idle")
  await settled()
  expect(told).toEqual(["The share was not updated"])
  await backend.create("ses_1")
  expect(jobs).toEqual(["share", "confirm id1", "update id1", "update id1", "share"])
})

test("a failed create is reported and can be repeated", async () => {
  let isDown = true
  const { backend, told } = noting(() => {
    if (isDown) throw new ShareError("store-unreachable", "No answer.")
  })
  await expect(backend.create("ses_1")).rejects.toMatchObject({ code: "store-unreachable" })
  isDown = false
  expect(await backend.create("ses_1")).toMatchObject({ id: "id1" })
  expect(told).toEqual(["The session was not shared"])
})

test("the first sync of a new share only confirms its link", async () => {
  const { backend, flush: settled, jobs } = noting()
  await backend.create("ses_1")
  await backend.sync("id1", async () => ({}), new Request("http://127.0.0.1"))
  await settled()
  expect(jobs).toEqual(["share", "confirm id1"])
})

test.each([
  ["the link alone", "A talk", []],
  ["the link and another title", "Renamed", ["update id1"]],
])("OpenCode records %s", async (_, title, published) => {
  const { backend, handleEvent: noticed, flush: settled, jobs } = noting()
  await backend.create("ses_1")
  noticed({ type: "session.updated", properties: { info: { id: "ses_1", title, share: { url: "https://x" } } } })
  await settled()
  expect(jobs.slice(1)).toEqual(published)
  noticed({ type: "session.updated", properties: { info: { id: "ses_1", title, share: { url: "https://x" } } } })
  await settled()
  expect(jobs.slice(1)).toEqual([...published, "update id1"])
})

test("the publisher gets the messages that changed since its last successful read", async () => {
  let fails = false
  const {
    backend,
    happens,
    flush: settled,
    touched,
  } = noting((job) => {
    if (fails && job.job === "update") throw new ShareError("store-failed", "Not now.")
  })
  await backend.create("ses_1")
  happens("message.updated", "ses_1", "msg_1")
  await settled()
  happens("message.part.updated", "ses_1", "msg_2")
  happens("message.updated", "ses_1", "msg_3")
  await settled()
  fails = true
  happens("message.updated", "ses_1", "msg_4")
  await settled()
  fails = false
  happens("message.updated", "ses_1", "msg_5")
  await settled()
  happens("message.updated", "ses_1", "msg_6")
  await settled()
  expect(touched).toEqual([["msg_1"], ["msg_2", "msg_3"], ["msg_4"], undefined, ["msg_6"]])
})
