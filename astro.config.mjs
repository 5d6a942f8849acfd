import { fileURLToPath } from "node:url"
import { defineConfig, passthroughImageService } from "astro/config"

/** Builds the page into one folder that imports no package: `renderPage()` in src/render/astro-server.ts is its only door. */
const asFunction = {
  name: "page-as-function",
  hooks: {
    "astro:config:done": ({ setAdapter }) =>
      setAdapter({
        name: "page-as-function",
        entrypointResolution: "auto",
        serverEntrypoint: fileURLToPath(new URL("./src/render/astro-server.ts", import.meta.url)),
        supportedAstroFeatures: { serverOutput: "stable", sharpImageService: "stable" },
      }),
  },
}

export default defineConfig({
  output: "server",
  outDir: "./dist/page",
  build: { client: "./client", server: "./server", inlineStylesheets: "always" },
  compressHTML: true,
  devToolbar: { enabled: false },
  image: { service: passthroughImageService() },
  adapter: asFunction,
  session: undefined,
  vite: { ssr: { noExternal: true }, build: { minify: true } },
})
