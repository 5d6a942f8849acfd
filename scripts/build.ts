// Builds the package: the page (Astro, once, so that sharing needs neither Astro nor Vite), the command and the library
// (esbuild, with dependencies bundled), and the types.
import { execFileSync } from "node:child_process"
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import path from "node:path"
import * as astro from "astro"
import { build } from "esbuild"
import manifest from "../package.json" with { type: "json" }
import { weigh } from "./budgets.ts"
import { manPage } from "./man-page.ts"
import { billOfMaterials, bundledPackages, notices } from "./notices.ts"

const root = path.dirname(import.meta.dirname)
const dist = path.join(root, "dist")
rmSync(dist, { recursive: true, force: true })
mkdirSync(dist)

process.env["ASTRO_TELEMETRY_DISABLED"] = "1"
const inPage: string[] = []
await astro.build({ root, logLevel: "warn", vite: { plugins: [listModules(inPage)] } })
const { weights, tooHeavy } = await weigh()
for (const [name, bytes] of Object.entries(weights)) console.error(`${name}: ${(bytes / 1000).toFixed(1)} kB gzipped`)
if (tooHeavy.length > 0) {
  console.error(`Not built. ${tooHeavy.join(" ")} See scripts/budgets.ts.`)
  process.exit(1)
}

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: {
    cli: "src/cli.ts",
    index: "src/index.ts",
    plugin: "src/plugin/index.ts",
    worker: "src/plugin/worker.ts",
    tui: "src/plugin/tui.ts",
    "server-worker": "src/share-server/workers/worker.ts",
  },
  outdir: dist,
  bundle: true,
  splitting: true,
  minifySyntax: true,
  minifyWhitespace: true,
  format: "esm",
  platform: "node",
  target: "node22.13",
  // jsonc-parser's CommonJS build requires its files in a way that bundlers cannot follow.
  mainFields: ["module", "main"],
  chunkNames: "chunks/[name]-[hash]",
  external: ["#page"],
  // Bundled CommonJS packages call require() for Node's own modules, which an ES module lacks.
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
})
const packages = bundledPackages(root, [...Object.keys(metafile.inputs), ...inPage])
writeFileSync(path.join(dist, "THIRD-PARTY-NOTICES.txt"), notices(packages))
writeFileSync(path.join(dist, "sbom.cdx.json"), billOfMaterials(manifest, packages))

execFileSync("tsc", ["-p", "tsconfig.types.json"], { cwd: root, stdio: "inherit", shell: process.platform === "win32" })
// The output of `--help`, to print it without loading the command.
const help = execFileSync(process.execPath, [path.join(dist, "cli.js"), "--help"], { encoding: "utf8" })
writeFileSync(path.join(dist, "help.txt"), help)
writeFileSync(path.join(dist, "opencode-bucket.1"), manPage())
writeFileSync(path.join(dist, "built"), "")

/** A Vite plugin that adds the source files of the bundle to `files`, relative to the project. */
function listModules(files: string[]) {
  return {
    name: "list-modules",
    generateBundle(_: object, bundle: Record<string, { moduleIds?: string[] }>) {
      for (const { moduleIds = [] } of Object.values(bundle))
        files.push(...moduleIds.filter((id) => path.isAbsolute(id)).map((id) => path.relative(root, id)))
    },
  }
}
