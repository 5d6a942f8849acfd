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

/** The text of the script that pages carry: src/browser/page.ts and what it imports, as one classic script. */
const pageScript = {
  name: "page-script",
  resolveId: (id) => (id === "virtual:page-script" ? "\0virtual:page-script" : undefined),
  async load(id) {
    if (id !== "\0virtual:page-script") return
    const { outputFiles, metafile } = await build({
      absWorkingDir: here("."),
      entryPoints: ["src/browser/page.ts"],
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

export default defineConfig({
  output: "server",
  outDir: "./dist/page",
  build: { client: "./client", server: "./server", inlineStylesheets: "always" },
  devToolbar: { enabled: false },
  image: { service: passthroughImageService() },
  adapter: pageAsFunction,
  vite: { plugins: [pageScript] },
})
