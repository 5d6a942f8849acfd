import { createHash } from "node:crypto"
import path from "node:path"
import { nanoid } from "nanoid"
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest"
import { exportFile } from "../../src/session/export-file.ts"
import { findShares, parseShareName } from "../../src/share/find-share.ts"
import { openLedger } from "../../src/share/ledger.ts"
import { type Manifest, prefixOf, readManifest, writeManifest } from "../../src/share/manifest.ts"
import { share } from "../../src/share/share.ts"
import { unshare } from "../../src/share/unshare.ts"
import { collect } from "../../src/store/object-store.ts"
import { type Destination, openStore } from "../../src/store/open-store.ts"
import { fixture } from "../support/run-command.ts"
import { type S3ServerOptions, startS3Server } from "../support/s3-server.ts"
import { temporaryFolder } from "../support/world.ts"

afterEach(() => void vi.unstubAllEnvs())

async function ownPlace(options: S3ServerOptions = {}) {
  const server = await startS3Server({ publicRead: true, ...options })
  onTestFinished(() => server.close())
  for (const [name, value] of Object.entries(server.environment)) vi.stubEnv(name, value)
  const destination: Destination = { to: `s3://${server.bucket}`, endpoint: server.endpoint }
  const ledger = openLedger(temporaryFolder())
  return {
    server,
    ledger,
    settings: destination,
    async share(name: string) {
      const store = await openStore(destination)
      const common = {
        destination,
        ledger,
        mayShare: () => {},
        version: "0.0.0-test",
        now: () => new Date(),
        newId: nanoid,
      }
      return share(exportFile(fixture(name)), { store, ...common }).finally(() => store.close())
    },
    async unshare(named: string) {
      const open = openStore
      const found = await findShares(parseShareName(named), { ledger, destination, open, confirm: async () => {} })
      return Promise.all(found.map((each) => unshare(each, ledger)))
    },
    /** From the n-th request on from now, each is refused, as if the process had been stopped there. */
    stopAfter(requests: number) {
      const last = server.requests.length + requests
      server.options.fault = ({ number, anonymous }) =>
        number > last && !anonymous ? { status: 403, code: "AccessDenied" } : undefined
    },
    goOn() {
      server.options.fault = () => undefined
    },
  }
}

const OLD = "page-0123456789abcdef.css"

/** Makes of a share what an older version of this package might have made, with a style sheet of its own. */
async function age(destination: Destination, id: string): Promise<void> {
  const store = await openStore(destination)
  const prefix = prefixOf(id)
  const manifest = (await readManifest(store, id)) as Manifest
  const objects: Manifest["objects"] = {}
  for (const [name, object] of Object.entries(manifest.objects)) {
    const contentType = { ".css": "text/css", ".html": "text/html" }[path.extname(name)]
    const older = contentType === "text/css" ? OLD : name
    objects[older] = object
    if (!contentType) continue
    const body = Buffer.from(String(await store.get(prefix + name)).replace(/page-[0-9a-f]{16}\.css/, OLD))
    objects[older] = { ...object, input: "older", hash: createHash("sha256").update(body).digest("hex") }
    await store.put(prefix + older, { body, contentType, cacheControl: "no-cache" })
  }
  await writeManifest(store, { ...manifest, objects })
  const listed = await collect(store.list(prefix))
  await store.delete(listed.filter(({ key }) => key.endsWith(".css") && key !== prefix + OLD))
  store.close()
}

/** State of the link for a reader: the whole first version, the whole second one, or nothing. */
const reader = async (url: string) => {
  const answer = await fetch(url)
  return answer.ok ? await answer.text() : undefined
}

/** How many requests a run makes with nothing in its way. */
async function requestsOf(place: Awaited<ReturnType<typeof ownPlace>>, run: () => Promise<unknown>): Promise<number> {
  const before = place.server.requests.length
  await run()
  return place.server.requests.length - before
}

describe.each(["off", "on"] as const)("versions %s", (versions) => {
  test("a first share interrupted after any number of requests is finished by the same command under one id", async () => {
    const total = await requestsOf(await ownPlace({ versions }), async () => {})
    expect(total).toBe(0)
    const rehearsal = await ownPlace({ versions })
    const requests = await requestsOf(rehearsal, () => rehearsal.share("questions"))
    for (let n = 0; n < requests - 1; n++) {
      const place = await ownPlace({ versions })
      place.stopAfter(n)
      const failed = await place.share("questions").then(
        () => false,
        () => true,
      )
      place.goOn()
      const { url, id } = await place.share("questions")
      expect(await reader(url), `stopped after ${n}`).toContain("share api test")
      const ids = new Set([...place.server.objects().keys()].map((key) => key.split("/")[1]))
      expect([...ids], `stopped after ${n}`).toEqual([id])
      // The last three are anonymous: the link, the listing, the link without index.html.
      expect(failed || n >= requests - 3).toBe(true)
    }
  })

  test("during an update interrupted anywhere, readers see a complete page, then the new one", async () => {
    const rehearsal = await ownPlace({ versions })
    await rehearsal.share("questions")
    const requests = await requestsOf(rehearsal, () => rehearsal.share("questions"))
    for (let n = 0; n < requests; n++) {
      const place = await ownPlace({ versions })
      const { url } = await place.share("questions")
      const before = await reader(url)
      place.stopAfter(n)
      await place.share("questions").catch(() => {})
      place.goOn()
      expect(await reader(url), `stopped after ${n}`).toBe(before)
      expect((await place.share("questions")).url).toBe(url)
      expect(await reader(url)).toBe(before)
    }
  })

  test("an unshare interrupted anywhere is finished by the same command, and nothing is left", async () => {
    const rehearsal = await ownPlace({ versions })
    const shared = await rehearsal.share("questions")
    const requests = await requestsOf(rehearsal, () => rehearsal.unshare(shared.url))
    for (let n = 0; n < requests; n++) {
      const place = await ownPlace({ versions })
      const { url, id } = await place.share("questions")
      place.stopAfter(n)
      await place.unshare(id).catch(() => {})
      place.goOn()
      await place.unshare(id)
      expect(await reader(url), `stopped after ${n}`).toBeUndefined()
      expect(place.server.versions(), `stopped after ${n}`).toEqual([])
      expect(await place.ledger.all()).toEqual([])
    }
  })
})

test("during an update by a new version interrupted anywhere, every readable page has its style sheet", async () => {
  const sheetsOf = async (url: string) => {
    const pages = await Promise.all(["index.html", "changes.html"].map((name) => reader(new URL(name, url).href)))
    const sheets = pages.map((page) => /href="(page-\w+\.css)"/.exec(page ?? "")?.[1] ?? "none")
    for (const sheet of sheets) expect(await reader(new URL(sheet, url).href), sheet).toContain("--script")
    return new Set(sheets)
  }
  const older = async () => {
    const place = await ownPlace()
    const { url, id } = await place.share("all-tools")
    await age(place.settings, id)
    expect([...(await sheetsOf(url))]).toEqual([OLD])
    return { ...place, url }
  }
  const rehearsal = await older()
  const requests = await requestsOf(rehearsal, () => rehearsal.share("all-tools"))
  for (let n = 0; n < requests; n++) {
    const { url, share, stopAfter, goOn, server } = await older()
    stopAfter(n)
    await share("all-tools").catch(() => {})
    goOn()
    await sheetsOf(url)
    await share("all-tools")
    const sheets = await sheetsOf(url)
    expect(sheets).not.toContain(OLD)
    const stored = [...server.objects().keys()].filter((key) => key.endsWith(".css"))
    expect(stored.map((key) => path.basename(key))).toEqual([...sheets])
  }
})

test("a share whose process died is complete after the next run, whatever the manifest says", async () => {
  const place = await ownPlace()
  const { url, id } = await place.share("questions")
  const whole = new Map([...place.server.objects()].map(([key, { body }]) => [key, body.toString("base64")]))
  place.stopAfter(1)
  await place.share("questions").catch(() => {})
  place.goOn()
  const store = await openStore({ to: `s3://${place.server.bucket}`, endpoint: place.server.endpoint })
  onTestFinished(() => store.close())
  const stray = { body: Buffer.from("left by a run that died"), contentType: "text/plain", cacheControl: "no-cache" }
  await store.put(`s/${id}/99.html`, stray)
  await store.put(`s/${id}/session.md`, stray)
  expect((await place.share("questions")).url).toBe(url)
  const after = [...place.server.objects()].filter(([key]) => !key.endsWith("manifest.json"))
  for (const [key, { body }] of after) expect(body.toString("base64"), key).toBe(whole.get(key))
  expect(after).toHaveLength(whole.size - 1)
})

test("a link whose removal was interrupted is not reused when the session is shared again", async () => {
  const place = await ownPlace()
  const taken = await place.share("questions")
  place.stopAfter(2)
  await place.unshare(taken.id).catch(() => {})
  place.goOn()
  const again = await place.share("questions")
  expect(again.id).not.toBe(taken.id)
  expect(await reader(taken.url)).toBeUndefined()
  expect([...place.server.objects().keys()].filter((key) => key.includes(taken.id))).toEqual([])
  expect(await reader(again.url)).toBeDefined()
})

test("a public URL that is set later gives the same share a new link", async () => {
  const place = await ownPlace()
  const { id, url } = await place.share("questions")
  place.settings.publicUrl = `${place.server.endpoint}/${place.server.bucket}/.`
  const again = await place.share("questions")
  expect(again.id).toBe(id)
  expect(again.url).not.toBe(url)
})
