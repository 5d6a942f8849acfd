import { spawn } from "node:child_process"
import { once } from "node:events"
import { rmSync, writeFileSync } from "node:fs"
import { type AddressInfo, createServer } from "node:net"
import path from "node:path"
import { onTestFinished } from "vitest"
import { until } from "./opencode-plugin.ts"
import { temporaryFolder } from "./world.ts"

/**
 * Starts nginx on loopback in front of a bucket, until the test ends.
 * @param settings lines in `location /`, besides the bucket's address
 * @param more lines outside of that location
 */
export async function nginxBefore(bucketUrl: string, settings: string, more = "") {
  const port = await freePort()
  return nginxWith(
    `server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass ${bucketUrl}/;
      ${settings}
    }
    ${more}
  }`,
    port,
  )
}

/**
 * Starts nginx with a configuration of its own, until the test ends.
 * @param http what is in the block `http`
 * @param port where it listens
 */
export async function nginxWith(http: string, port: number) {
  const folder = temporaryFolder()
  const file = path.join(folder, "nginx.conf")
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
  writeFileSync(
    file,
    `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
events {}
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(" ")}
  proxy_cache_path ${folder}/kept keys_zone=kept:1m;
  ${http}
}
`,
  )
  let said = ""
  const start = async () => {
    const child = spawn("nginx", ["-p", folder, "-c", file], {
      env: { PATH: `${process.env["PATH"]}:/usr/sbin` },
      stdio: ["ignore", "ignore", "pipe"],
    })
    child.stderr.on("data", (chunk) => (said += chunk))
    const ended = once(child, "exit")
    const url = `http://127.0.0.1:${port}`
    const isUp = () =>
      fetch(url, { redirect: "manual" }).then(
        () => true,
        () => child.exitCode !== null,
      )
    await until(isUp, Boolean)
    if (child.exitCode !== null) throw new Error(`nginx ended: ${said}`)
    return async () => {
      child.kill("SIGKILL")
      await ended
    }
  }
  let stop = await start()
  onTestFinished(() => stop())
  return {
    url: `http://127.0.0.1:${port}`,
    /** Clears the cache. */
    async purge() {
      await stop()
      rmSync(path.join(folder, "kept"), { recursive: true, force: true })
      stop = await start()
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
