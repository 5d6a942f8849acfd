import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import path from "node:path"

const root = path.dirname(path.dirname(import.meta.dirname))

interface Manifest {
  name: string
  version: string
  dependencies?: Record<string, string>
}

interface Release {
  manifest: Manifest
  tarball: Buffer
}

export interface NpmRegistry {
  /** Value for `npm_config_registry`. */
  readonly url: string
  /** Requested paths, in order. */
  readonly asked: string[]
  close(): Promise<void>
}

/**
 * An npm registry on loopback that serves the built package as `npm pack` makes it, its dependencies, and nothing else.
 * It contacts no other registry.
 */
export async function npmRegistry(): Promise<NpmRegistry> {
  const releases = allReleases()
  const asked: string[] = []
  const server = createServer(({ url = "" }, response) => {
    const wanted = decodeURIComponent(url)
    asked.push(wanted)
    const known = releases.filter(({ manifest }) => wanted === `/${manifest.name}`)
    const file = releases.find(({ manifest }) => wanted === tarballPath(manifest))
    if (file) response.end(file.tarball)
    else if (known.length > 0) response.setHeader("content-type", "application/json").end(packument(known, address()))
    else response.writeHead(404, { "content-type": "application/json" }).end('{"error":"Not found"}')
  })
  const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `${address()}/`,
    asked,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

const tarballPath = ({ name, version }: Manifest) => `/${name}/-/${path.basename(name)}-${version}.tgz`

function packument(releases: Release[], address: string): string {
  const versions = releases.map(({ manifest, tarball }) => {
    const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`
    return { ...manifest, dist: { tarball: `${address}${tarballPath(manifest)}`, integrity } }
  })
  const { name, version } = versions.at(-1)!
  const byVersion = Object.fromEntries(versions.map((each) => [each.version, each]))
  return JSON.stringify({ name, "dist-tags": { latest: version }, versions: byVersion })
}

function allReleases(): Release[] {
  const temporary = mkdtempSync(path.join(tmpdir(), "opencode-bucket-registry-"))
  const found = new Map<string, Release>()
  function add(folder: string, pack: () => Buffer): void {
    const manifest: Manifest = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"))
    const name = `${manifest.name}@${manifest.version}`
    if (found.has(name)) return
    found.set(name, { manifest, tarball: pack() })
    for (const dependency of Object.keys(manifest.dependencies ?? {})) {
      const installed = whereInstalled(dependency, folder)
      add(installed, () => tarballOf(installed))
    }
  }
  try {
    add(root, () => {
      // Without scripts, so that nothing is rebuilt.
      execFileSync("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", temporary], { cwd: root })
      return readFileSync(path.join(temporary, readdirSync(temporary)[0]!))
    })
  } finally {
    rmSync(temporary, { recursive: true })
  }
  return [...found.values()]
}

/** Node's lookup: beside the requiring package, then in its parents. */
function whereInstalled(name: string, from: string): string {
  const folder = path.join(from, "node_modules", name)
  if (existsSync(folder)) return folder
  if (from === path.dirname(from)) throw new Error(`${name} is not installed.`)
  return whereInstalled(name, path.dirname(from))
}

const tarballOf = (folder: string) =>
  execFileSync("tar", ["-cz", "--exclude=./node_modules", "--transform=s,^\\.,package,", "-C", folder, "."], {
    maxBuffer: 1 << 28,
  })
