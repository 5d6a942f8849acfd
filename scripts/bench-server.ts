// Load test of the share server: `node scripts/setup.mjs scripts/bench-server.ts [SESSIONS]`. Uses the bucket of
// CEPH_ENDPOINT, CEPH_ACCESS_KEY and CEPH_SECRET_KEY (test/fixtures/s3-servers/ceph.sh), or else a local folder.
import { spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { type AddressInfo, createServer } from "node:net"
import { availableParallelism, tmpdir } from "node:os"
import path from "node:path"
import { CreateBucketCommand, GetObjectCommand, S3Client } from "@aws-sdk/client-s3"

const root = path.dirname(import.meta.dirname)
const command = path.join(root, "bin", "opencode-bucket.js")
const sessions = Number(process.argv[2] ?? 1000)
const {
  CEPH_ENDPOINT: endpoint,
  CEPH_ACCESS_KEY: accessKeyId = "",
  CEPH_SECRET_KEY: secretAccessKey = "",
} = process.env
const folder = mkdtempSync(path.join(tmpdir(), "opencode-bucket-bench-"))
const Bucket = `bench-${randomBytes(4).toString("hex")}`
const s3 =
  endpoint === undefined
    ? undefined
    : new S3Client({
        endpoint,
        region: "us-east-1",
        forcePathStyle: true,
        credentials: { accessKeyId, secretAccessKey },
      })
await s3?.send(new CreateBucketCommand({ Bucket }))
const env = {
  PATH: process.env["PATH"],
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
  HOME: folder,
  OPENCODE_BUCKET_TO: s3 ? `s3://${Bucket}` : path.join(folder, "bucket"),
  ...(endpoint !== undefined && { OPENCODE_BUCKET_ENDPOINT: endpoint }),
}

const [address, figures] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`]
const url = `http://${address}`
const listen = { OPENCODE_BUCKET_LISTEN: address, OPENCODE_BUCKET_METRICS_LISTEN: figures }
const token = await printed(["token", "create", "bench", "--quiet"])
const server = spawn(process.execPath, [command, "serve"], {
  env: {
    ...env,
    ...listen,
    OPENCODE_BUCKET_PUBLIC_URL: url,
    OPENCODE_BUCKET_PUBLIC: "true",
    OPENCODE_BUCKET_REQUESTS_PER_MINUTE: "1000000",
  },
  stdio: ["ignore", "pipe", "inherit"],
})
await new Promise((resolve) => server.stdout.once("data", resolve))
server.stdout.resume()

try {
  console.log(`${availableParallelism()} cores; ${s3 ? "Ceph RGW" : "a folder"}; ${sessions} sessions`)
  const { info, messages } = JSON.parse(readFileSync(path.join(root, "test/fixtures/sessions/all-tools.json"), "utf8"))
  const first = await share("ses_benchmark", info, messages)
  await until(async () => (await fetch(`${url}/s/${first.id}/`)).status === 200)

  await measure("a page (gzip)", 2000, 32, () => read(`/s/${first.id}/index.html`, { "accept-encoding": "gzip" }))
  const { headers } = await fetch(`${url}/s/${first.id}/index.html`, { headers: { "accept-encoding": "gzip" } })
  await measure("a page that the reader has (304)", 2000, 32, () =>
    read(`/s/${first.id}/index.html`, { "accept-encoding": "gzip", "if-none-match": headers.get("etag")! }),
  )
  if (s3)
    await measure("the same page from the bucket itself", 2000, 32, async () => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: `s/${first.id}/index.html` }))
      await Body!.transformToByteArray()
    })

  const shares = await measure(`create, ${sessions} sessions`, sessions, 64, (n) => create(`ses_bench${n}`))
  const part = messages[0].parts.slice(0, 2)
  const batch = (n: number) => items(`ses_bench${n}`, info, [{ info: messages[0].info, parts: part }])
  await measure(`sync, ${sessions} sessions at once`, sessions, sessions, (n) => sync(shares[n]!, batch(n)))
  console.log(`memory while ${await figure("publishes_waiting")} wait: ${megabytes(await figure("memory_bytes"))}`)
  const start = performance.now()
  await until(async () => (await figure("publishes_waiting")) === 0)
  const took = (performance.now() - start) / 1000
  console.log(`all published after ${took.toFixed(1)} s more; memory ${megabytes(await figure("memory_bytes"))}`)
} finally {
  server.kill("SIGTERM")
  rmSync(folder, { recursive: true, force: true })
  s3?.destroy()
}

interface Made {
  id: string
  secret: string
}

async function create(session: string): Promise<Made> {
  return (await (await post(`/${token}/api/share`, { sessionID: session })).json()) as Made
}

async function sync({ id, secret }: Made, data: unknown[]): Promise<void> {
  await (await post(`/${token}/api/share/${id}/sync`, { secret, data })).text()
}

async function share(session: string, info: object, messages: { info: object; parts: object[] }[]): Promise<Made> {
  const made = await create(session)
  await sync(made, items(session, info, messages))
  return made
}

function items(session: string, info: object, messages: { info: object; parts: object[] }[]) {
  const own = { sessionID: session }
  return [
    { type: "session", data: { ...info, id: session } },
    ...messages.flatMap(({ info, parts }) => [
      { type: "message", data: { ...info, ...own } },
      ...parts.map((part) => ({ type: "part", data: { ...part, ...own } })),
    ]),
  ]
}

async function post(place: string, body: object): Promise<Response> {
  const answer = await fetch(url + place, { method: "POST", body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`)
  return answer
}

async function read(place: string, headers: Record<string, string>): Promise<void> {
  const answer = await fetch(url + place, { headers })
  if (!answer.ok && answer.status !== 304) throw new Error(`${place}: ${answer.status}`)
  await answer.arrayBuffer()
}

/** Runs `work` this many times, with limited concurrency. Prints the rate per second and the latencies. */
async function measure<T>(what: string, times: number, atOnce: number, work: (n: number) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  const took: number[] = []
  let next = 0
  const start = performance.now()
  await Promise.all(
    Array.from({ length: Math.min(atOnce, times) }, async () => {
      while (next < times) {
        const n = next++
        const begun = performance.now()
        results[n] = await work(n)
        took.push(performance.now() - begun)
      }
    }),
  )
  const rate = times / ((performance.now() - start) / 1000)
  took.sort((a, b) => a - b)
  const at = (part: number) => `${took[Math.min(took.length - 1, Math.floor(took.length * part))]!.toFixed(0)} ms`
  console.log(`${what}: ${rate.toFixed(0)}/s, half within ${at(0.5)}, 99 of 100 within ${at(0.99)}`)
  return results
}

async function figure(name: string): Promise<number> {
  const text = await (await fetch(`http://${figures}/metrics`)).text()
  return Number(new RegExp(`^opencode_bucket_${name} (\\d+)$`, "m").exec(text)?.[1])
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 600_000
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error("This takes longer than ten minutes.")
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}

async function printed(args: string[]): Promise<string> {
  const child = spawn(process.execPath, [command, ...args], { env, stdio: ["ignore", "pipe", "inherit"] })
  let said = ""
  for await (const chunk of child.stdout) said += chunk
  return said.trim()
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`
}
