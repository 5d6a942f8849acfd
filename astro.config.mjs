import { fileURLToPath } from "node:url"
import { defineConfig, passthroughImageService } from "astro/config"
import { build } from "esbuild"

const here = (path) => fileURLToPath(new URL(path, import.meta.url))

/**
 * Makes the build a function: `renderPage()` in src/components/render-page.ts is the only door to it, and the result is a
 * folder that imports no package. In `astro dev`, the pages of src/dev show the sample sessions instead.
 */
const pageAsFunction = {
  name: "page-as-function",
  hooks: {
    "astro:config:setup": ({ command, injectRoute, updateConfig }) => {
      if (command !== "dev") return updateConfig({ vite: { ssr: { noExternal: true } } })
      injectRoute({ pattern: "/samples", entrypoint: here("src/dev/index.astro") })
      injectRoute({ pattern: "/samples/[...path]", entrypoint: here("src/dev/sample.astro") })
    },
    "astro:config:done": ({ setAdapter }) =>
      setAdapter({
        name: "page-as-function",
        entrypointResolution: "auto",
        serverEntrypoint: here("src/components/render-page.ts"),
        supportedAstroFeatures: { serverOutput: "stable", sharpImageService: "stable" },
      }),
  },
}

/** The texts of the page's scripts: each of these files and what it imports, as one classic script. */
const scripts = { "virtual:page-script": "src/browser/page.ts", "virtual:page-loader": "src/browser/script-loader.ts" }
const pageScripts = {
  name: "page-scripts",
  resolveId: (id) => (id in scripts ? `\0${id}` : undefined),
  async load(id) {
    const entry = id.startsWith("\0") && scripts[id.slice(1)]
    if (!entry) return
    const { outputFiles, metafile } = await build({
      absWorkingDir: here("."),
      entryPoints: [entry],
      bundle: true,
      minify: true,
      format: "iife",
      target: "es2022",
      legalComments: "none",
      write: false,
      metafile: true,
    })
    for (const file of Object.keys(metafile.inputs)) this.addWatchFile(here(file))
    return `export default ${JSON.stringify(outputFiles[0].text.trim())}`
  },
}

/**
 * The page has no islands that a server draws later. Astro's runtime brings what encrypts their properties all the same,
 * and with it a package that checks settings, which took a third of the time in which the page is loaded.
 */
const noServerIslands = {
  name: "no-server-islands",
  apply: "build",
  enforce: "pre",
  resolveId: (id, importer = "") =>
    id.endsWith("/core/encryption.js") && importer.includes("server-islands") ? "\0no-server-islands" : undefined,
  load: (id) =>
    id === "\0no-server-islands"
      ? ["encryptString", "generateCspDigest"].map((name) => `export const ${name} = undefined`).join("\n")
      : undefined,
}

export default defineConfig({
  output: "server",
  outDir: "./dist/page",
  build: { client: "./client", server: "./server", inlineStylesheets: "always" },
  devToolbar: { enabled: false },
  image: { service: passthroughImageService() },
  adapter: pageAsFunction,
  vite: { plugins: [pageScripts, noServerIslands] },
})
