import { execFileSync, spawn } from "node:child_process"
import { existsSync, readFileSync, statSync } from "node:fs"
import path from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { post, recordedItems } from "../support/own-server.ts"
import { freePort, serverOnCeph } from "../support/server-process.ts"
import { temporaryFolder } from "../support/world.ts"

const root = path.dirname(path.dirname(import.meta.dirname))

interface ImageConfig {
  User: string
  Env: string[]
  Entrypoint: string[]
  Cmd: string[]
  Healthcheck: { Test: string[] }
}

/** Builds deploy/Dockerfile on a base of this machine's programs. Returns the image's configuration and its file system. */
function buildImage() {
  const folder = temporaryFolder()
  const places = ["--root", path.join(folder, "root"), "--runroot", path.join(folder, "run"), "--storage-driver", "vfs"]
  const env = { ...process.env, BUILDAH_ISOLATION: "chroot", BUILDAH: ["buildah", ...places].join(" ") }
  const buildah = (...args: string[]) =>
    execFileSync("buildah", [...places, ...args], { cwd: root, env, encoding: "utf8" })
  execFileSync(path.join(root, "test/fixtures/container/base.sh"), [path.join(folder, "base"), "localhost/base"], {
    env,
  })
  const registry = execFileSync("npm", ["config", "get", "registry"], { cwd: root, encoding: "utf8" }).trim()
  const authorities = process.env["NODE_EXTRA_CA_CERTS"]
  buildah(
    ...["build", "--quiet", "--format", "docker", "--file", "deploy/Dockerfile", "--tag", "localhost/image"],
    ...["--ignorefile", "deploy/Dockerfile.dockerignore", "--build-arg", "BASE_IMAGE=localhost/base"],
    ...["--build-arg", `NPM_REGISTRY=${registry}`],
    ...(authorities && existsSync(authorities) ? ["--secret", `id=ca,src=${authorities}`] : []),
    ".",
  )
  const { Docker } = JSON.parse(buildah("inspect", "--type", "image", "localhost/image"))
  const container = buildah("from", "localhost/image").trim()
  const fileSystem = buildah("mount", container).trim()
  onTestFinished(() => void buildah("rm", container))
  return { config: Docker.config as ImageConfig, fileSystem }
}

/** Arguments of `unshare` that run a command in the image: as its user, on a read-only file system with a /tmp. */
function contained(fileSystem: string, { User, Env }: ImageConfig, env: Record<string, string>, command: string[]) {
  const script = `
    mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && mount -t tmpfs tmpfs "$0/tmp" &&
    mount --bind /dev "$0/dev" && mount -t proc proc "$0/proc" &&
    exec chroot --userspec="$1:$1" "$0" /bin/env -i "\${@:2}"`
  const variables = [...Env, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)]
  return ["--mount", "bash", "-c", script, fileSystem, User, ...variables, ...command]
}

test("the container's image is built, and serves as an ordinary user from a read-only file system", async () => {
  const ceph = await serverOnCeph()
  const { config, fileSystem } = buildImage()
  expect(config).toMatchObject({ User: "1000", Entrypoint: ["opencode-bucket"], Cmd: ["serve"] })
  expect(existsSync(path.join(fileSystem, "run/secrets/ca.pem"))).toBe(false)
  expect(existsSync(path.join(fileSystem, "build"))).toBe(false)

  const token = await ceph.token("dana")
  const listen = `127.0.0.1:${await freePort()}`
  const url = `http://${listen}`
  const env = {
    ...ceph.env,
    ...{ OPENCODE_BUCKET_LISTEN: listen, OPENCODE_BUCKET_PUBLIC_URL: url, OPENCODE_BUCKET_PUBLIC: "true" },
  }
  const args = contained(fileSystem, config, env, [...config.Entrypoint, ...config.Cmd])
  const server = spawn("unshare", args, { stdio: ["ignore", "pipe", "pipe"] })
  onTestFinished(() => void server.kill("SIGKILL"))
  let said = ""
  for (const stream of [server.stdout, server.stderr]) stream.on("data", (chunk) => (said += chunk))
  const isHealthy = () => {
    const [kind, ...check] = config.Healthcheck.Test
    expect(kind).toBe("CMD")
    try {
      execFileSync("unshare", contained(fileSystem, config, env, check), { stdio: "ignore" })
      return true
    } catch {
      return false
    }
  }
  expect(isHealthy()).toBe(false)
  await expect.poll(() => said).toContain('"listening"')
  expect(isHealthy()).toBe(true)
  expect(statSync(`/proc/${server.pid}`).uid).toBe(1000)
  expect(readFileSync(`/proc/${server.pid}/mountinfo`, "utf8")).toMatch(/ \/ ro,/)

  const { session, items } = recordedItems("questions")
  const api = `${url}/${token}/api/share`
  const made = (await (await fetch(api, post({ sessionID: session }))).json()) as Record<string, string>
  expect((await fetch(`${api}/${made["id"]}/sync`, post({ secret: made["secret"], data: items }))).status).toBe(200)
  await expect.poll(async () => (await fetch(made["url"]!)).status, { message: said }).toBe(200)

  const ended = new Promise((resolve) => server.once("exit", resolve))
  server.kill("SIGTERM")
  expect(await ended, said).toBe(0)
})
