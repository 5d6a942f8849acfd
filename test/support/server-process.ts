import { type ChildProcess, spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { createServer } from "node:net"
import path from "node:path"
import { CreateBucketCommand, ListObjectVersionsCommand, S3Client } from "@aws-sdk/client-s3"
import { onTestFinished } from "vitest"
import { ownHome } from "./run-command.ts"
import { serverFromEnvironment } from "./s3-places.ts"

export interface ServerProcess {
  url: string
  pid: number
  /** Log lines so far. */
  log(): Record<string, unknown>[]
  /** Ends the server and resolves when it has exited. */
  end(signal?: NodeJS.Signals): Promise<number | null>
}

/** A new bucket on Ceph RGW for one test, with the built command and instances of the built server on it. */
export async function serverOnCeph() {
  const { endpoint, accessKey, secretKey } = serverFromEnvironment("CEPH")
  const Bucket = `server-${randomBytes(4).toString("hex")}`
  const s3 = new S3Client({
    endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
  })
  onTestFinished(() => s3.destroy())
  await s3.send(new CreateBucketCommand({ Bucket }))
  const home = ownHome()
  const env = {
    AWS_ACCESS_KEY_ID: accessKey,
    AWS_SECRET_ACCESS_KEY: secretKey,
    AWS_EC2_METADATA_DISABLED: "true",
    OPENCODE_BUCKET_TO: `s3://${Bucket}`,
    OPENCODE_BUCKET_ENDPOINT: endpoint,
  }
  return {
    Bucket,
    s3,
    env,
    home,
    keys: async () => {
      const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }))
      return Versions.map(({ Key }) => Key!)
    },
    async token(name: string, owner?: string) {
      const made = await home.run(["token", "create", name, ...(owner ? ["--owner", owner] : [])], { env })
      if (made.status !== 0) throw new Error(made.stderr)
      return made.stdout.trim()
    },
    start: (publicUrl: string, more: Record<string, string> = {}) => {
      const listen = new URL(publicUrl).host
      return startServer({ ...env, OPENCODE_BUCKET_PUBLIC_URL: publicUrl, OPENCODE_BUCKET_LISTEN: listen, ...more })
    },
  }
}

/** Starts the built server; resolves when it listens. It ends with the test. */
export async function startServer(env: Record<string, string>): Promise<ServerProcess> {
  const command = path.join(import.meta.dirname, "..", "..", "bin", "opencode-bucket.js")
  const child = spawn(process.execPath, [command, "serve"], {
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "pipe"],
  })
  const lines: string[] = []
  const log = () => lines.map((line) => JSON.parse(line))
  let rest = ""
  child.stdout.on("data", (chunk) => {
    const parts = (rest + chunk).split("\n")
    rest = parts.pop()!
    lines.push(...parts)
  })
  let said = ""
  child.stderr.on("data", (chunk) => (said += chunk))
  const end = (signal: NodeJS.Signals = "SIGTERM") => ended(child, signal)
  onTestFinished(async () => void (await end("SIGKILL")))
  for (;;) {
    const listening = log().find(({ event }) => event === "listening")
    if (listening) return { url: String(listening["url"]), pid: child.pid!, log, end }
    if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}: ${said}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve(child.exitCode)
    child.once("exit", (code) => resolve(code))
    child.kill(signal)
  })
}

/** A free port of this machine. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once("error", reject)
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
}
