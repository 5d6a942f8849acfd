import { fileURLToPath } from "node:url"
import { defineConfig, passthroughImageService } from "astro/config"

const here = (path) => fileURLToPath(new URL(path, import.meta.url))

/**
 * Makes the build a function: `renderPage()` in src/render/astro-server.ts is the only door to it, and the result is a
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
        serverEntrypoint: here("src/render/astro-server.ts"),
        supportedAstroFeatures: { serverOutput: "stable", sharpImageService: "stable" },
      }),
  },
}

export default defineConfig({
  output: "server",
  outDir: "./dist/page",
  build: { client: "./client", server: "./server", inlineStylesheets: "always" },
  devToolbar: { enabled: false },
  image: { service: passthroughImageService() },
  adapter: pageAsFunction,
})
