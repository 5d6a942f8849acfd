import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdirSync, writeFileSync } from "node:fs"
import path from "node:path"
import { text } from "node:stream/consumers"
import { ListObjectVersionsCommand, PutObjectCommand } from "@aws-sdk/client-s3"
import { expect, onTestFinished, test, vi } from "vitest"
import { type FaultPlan, startFaultProxy, ways } from "../support/fault-proxy.ts"
import { commandsAt, faultsOf, opened, readThrough, talk } from "../support/faulty-share.ts"
import { ownBucket } from "../support/own-bucket.ts"
import { serverFromEnvironment } from "../support/s3-places.ts"
import { temporaryFolder } from "../support/world.ts"

// Every request of a first share, of a share that has grown, of one that has become shorter, and of an unshare fails once in
// each way, and then with all that follow it; and the command is killed there. In between the bucket is looked at from
// outside. Every request fails in some of the ways, which take turns; with FAULTS=all, in all of them (4 minutes).

/** Change of a share while requests fail: number of messages before (0: not shared yet) and after (0: unshared). */
const acts = [
  { name: "a first share", from: 0, to: 4 },
  { name: "a share that has grown", from: 4, to: 6 },
  { name: "a share that has become shorter", from: 6, to: 4 },
  { name: "an unshare", from: 4, to: 0 },
]
type Act = (typeof acts)[number]

const command = path.join(path.dirname(path.dirname(import.meta.dirname)), "bin", "opencode-bucket.js")
const server = () => serverFromEnvironment("CEPH")

async function newScene(versions: boolean) {
  const { accessKey, secretKey } = server()
  const env = { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey, AWS_EC2_METADATA_DISABLED: "true" }
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  onTestFinished(() => void vi.unstubAllEnvs())
  const bucket = await ownBucket("CEPH", { versions, isPublic: true })
  const { Bucket, client } = bucket
  for (const Key of [
    "index.html",
    "s/index.html",
    "s/other/index.html",
    "s/other/files/x.png",
    "t/other/manifest.json",
  ])
    await client.send(new PutObjectCommand({ Bucket, Key, Body: Buffer.from(`${Key} is somebody else's`) }))
  const everything = async () => {
    const { Versions = [], DeleteMarkers = [] } = await client.send(new ListObjectVersionsCommand({ Bucket }))
    return [...Versions, ...DeleteMarkers].map((each) => JSON.stringify(each))
  }
  const canaries = await everything()
  const folder = temporaryFolder()
  for (const messages of [4, 6]) writeFileSync(path.join(folder, `${messages}.json`), JSON.stringify(talk(messages)))
  let homes = 0
  return {
    ...bucket,
    env,
    /** Objects of others are unchanged, and nothing of ours is left. */
    async unharmed() {
      expect(await everything()).toEqual(canaries)
      expect(await opened(bucket.endpoint, Bucket, "s/other/index.html")).toEqual(
        Buffer.from("s/other/index.html is somebody else's"),
      )
    },
    /** A home and a proxy of its own. */
    async place() {
      const proxy = await startFaultProxy(bucket.endpoint)
      const data = path.join(folder, `home-${homes++}`)
      mkdirSync(data)
      const talkFile = (messages: number) => path.join(folder, `${messages}.json`)
      const at = { endpoint: proxy.endpoint, bucket: bucket.Bucket, data }
      return { proxy, data, talkFile, calm: commandsAt(at, ""), at }
    },
  }
}
type Scene = Awaited<ReturnType<typeof newScene>>
type Place = Awaited<ReturnType<Scene["place"]>>

/** Initial state: the share, unless it is the first one, and the session to share. */
interface Run {
  id: string
  url: string
  file: string
}

/** Whether the command has said that it is done: a link was shown, or that it is gone. */
interface Seen {
  succeeded: boolean
}

/** Does an act as it should go, but for what `disturb` does to it, and looks at what there is after that and after the next try. */
async function play(
  { Bucket, endpoint, client }: Scene,
  place: Place,
  { from, to }: Act,
  disturb: (run: Run) => Promise<Seen>,
): Promise<void> {
  const { at, talkFile, proxy } = place
  const look = (id: string) => readThrough(endpoint, Bucket, id)
  const before = from ? await commandsAt(at, talkFile(from)).share() : { id: "", url: "" }
  const old = from ? await look(before.id) : {}

  const { succeeded } = await disturb({ ...before, file: talkFile(to) })
  await proxy.quiet()
  proxy.plan()
  const commands = commandsAt(at, talkFile(to))
  const id = before.id || (await commands.ledger.all())[0]?.id
  const between = id ? await look(id) : {}
  if (succeeded && to) expect(Object.keys(between), "a link was shown that does not open").not.toEqual([])
  if (succeeded && !to) expect(between, "it was said to be gone").toEqual({})

  let now: typeof between = {}
  let last = before
  if (to) {
    last = await commands.share()
    if (from || succeeded) expect(last.id, "another link").toBe(id)
    expect(await faultsOf(client, endpoint, Bucket, last.id)).toEqual([])
    expect(await commands.ledger.all()).toMatchObject([{ id: last.id, state: "published" }])
    now = await look(last.id)
    expect(Object.keys(now)).toContain("2.html")
  }
  // A reader in between gets pages of the old version or of the new one, and no dead link.
  if (from && to) expect(Object.keys(between), "nothing can be read").toContain("index.html")
  for (const [name, hash] of Object.entries(between)) {
    expect(hash, `${name} leads nowhere`).toBeDefined()
    expect([old[name], now[name]], `${name} is of no version`).toContain(hash)
  }
  if (to && between["index.html"] === now["index.html"] && Object.keys(between).length > 0) expect(between).toEqual(now)

  await commands.unshare(last.id, last.url)
  expect(await opened(endpoint, Bucket, `s/${last.id}/index.html`)).toBeUndefined()
  expect(await commands.ledger.all()).toEqual([])
}

/** How many requests an act takes. */
async function requestsOf(scene: Scene, act: Act): Promise<number> {
  let count = 0
  const place = await scene.place()
  await play(scene, place, act, async ({ id, url, file }) => {
    place.proxy.plan()
    const commands = commandsAt(place.at, file)
    await (act.to ? commands.share() : commands.unshare(id, url))
    count = place.proxy.count()
    return { succeeded: true }
  })
  return count
}

interface Case {
  scene: Scene
  act: Act
  plan: FaultPlan
  said: string
}

/** Every request of every act, with a bucket that keeps versions and one that does not, in the ways that `choose` chooses. */
async function cases(choose: (from: number, versions: boolean) => Omit<FaultPlan, "from">[]): Promise<Case[]> {
  const found: Case[] = []
  for (const versions of [false, true]) {
    const scene = await newScene(versions)
    for (const act of acts) {
      const requests = await requestsOf(scene, act)
      expect(requests).toBeGreaterThan(4)
      for (let from = 1; from <= requests; from++)
        for (const how of choose(from, versions)) {
          const said = `${act.name}, versions ${versions}, ${how.way} at ${from} of ${requests}, lasting ${how.lasting}`
          found.push({ scene, act, plan: { ...how, from }, said })
        }
    }
  }
  return found
}

/** Plays all of them, so many at once: they wait for time-outs more than for the processor. */
async function playAll(all: Case[], atOnce: number, disturb: (place: Place, of: Case, run: Run) => Promise<Seen>) {
  const left = all.values()
  const one = async () => {
    for (const each of left) {
      const place = await each.scene.place()
      await play(each.scene, place, each.act, (run) => disturb(place, each, run)).catch((error: Error) => {
        throw new Error(`${each.said}: ${error.message}`, { cause: error })
      })
      place.proxy.close()
    }
  }
  await Promise.all(Array.from({ length: atOnce }, one))
  for (const scene of new Set(all.map(({ scene }) => scene))) await scene.unharmed()
}

const every = process.env["FAULTS"] === "all"

test("any request fails in any way", { timeout: every ? 3_600_000 : 1_800_000 }, async () => {
  const all = await cases((from, versions) =>
    [false, true]
      .flatMap((lasting) => ways.map((way) => ({ way, lasting })))
      .filter(({ way, lasting }, i) => {
        if (every) return true
        // A refusal is not tried again, so it shows best what is there when one request fails and its neighbours do not.
        if (way === "403" && !lasting) return (from % 2 === 0) === versions
        return (i + from) % (2 * ways.length) === (versions ? ways.length + 4 : 0)
      }),
  )
  await playAll(all, 24, async (place, { act, plan }, { id, url, file }) => {
    place.proxy.plan(plan)
    const commands = commandsAt({ ...place.at, idle: 500 }, file)
    const [done] = await Promise.allSettled([act.to ? commands.share() : commands.unshare(id, url)])
    return { succeeded: done.status === "fulfilled" }
  })
})

test("the command is killed at any request", async () => {
  const all = await cases((from, versions) => {
    if (!every && (from % 2 === 0) === versions) return []
    return [{ way: from % 4 < 2 ? "reset before" : "silent after", lasting: true }]
  })
  await playAll(all, 3, async ({ proxy, data, at }, { act, plan, scene }, { id, file }) => {
    const args = [...(act.to ? ["share", file, "--yes"] : ["unshare", id]), "--to", `s3://${at.bucket}`]
    const child = spawn(process.execPath, [command, ...args, "--endpoint", at.endpoint], {
      env: { ...scene.env, PATH: process.env["PATH"], HOME: data, XDG_DATA_HOME: data, XDG_CONFIG_HOME: data },
      cwd: data,
      stdio: ["ignore", "pipe", "ignore"],
    })
    proxy.plan({ ...plan, onFault: () => child.kill("SIGKILL") })
    const said = text(child.stdout)
    const [, signal] = await once(child, "close")
    expect(signal).toBe("SIGKILL")
    return { succeeded: (await said) !== "" }
  })
})
