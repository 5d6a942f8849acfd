/// <reference types="vitest/config" />
import { randomInt } from "node:crypto"
import { availableParallelism } from "node:os"
import { fileURLToPath } from "node:url"
import { getViteConfig } from "astro/config"
import type { TestProjectInlineConfiguration } from "vitest/config"
import { missingChromium } from "./test/support/missing-chromium.ts"
import { printSeed } from "./test/support/print-seed.ts"

/** Tests that drive Chromium. */
const browser = ["test/browser/**/*.test.ts", "test/**/*.browser.test.ts"]
/** Tests that start a server on loopback. */
const network = ["test/**/*.network.test.ts"]
/** Tests of the built command, of the scripts, of whole shares, and of inputs that take seconds. */
const e2e = ["test/e2e/**/*.test.ts", "test/scripts/**/*.test.ts", "test/**/*.heavy.test.ts"]
/** Tests that need Ceph and Swift, the real OpenCode client or an installed package; `.ci/run` provides them. */
const integration = ["test/integration/**/*.test.ts"]

const seed = process.env["PROPERTY_SEED"] ?? String(randomInt(2 ** 31))
const common = { setupFiles: "test/support/properties.ts", env: { PROPERTY_SEED: seed, DEV: "" } }

const project = (name: string, test: object): TestProjectInlineConfiguration => ({
  extends: true,
  test: { name, ...common, ...test },
})

// The page is compiled from its components, instead of taken from dist.
const resolve = { alias: { "#page": fileURLToPath(new URL("src/components/render-page.ts", import.meta.url)) } }

/** The projects: `unit` is the inner loop, and needs neither Chromium nor a server nor the built package. */
export default getViteConfig({
  test: {
    reporters: ["default", missingChromium, printSeed(seed)],
    // Most tests wait for a process, a server or a browser.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    // Only a test that hangs meets these: on a busy machine, everything takes its time.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
    projects: [
      {
        ...project("unit", {
          include: ["test/**/*.test.ts"],
          exclude: [...browser, ...network, ...e2e, ...integration],
          setupFiles: ["test/support/properties.ts", "test/support/no-server.ts"],
          // A process for each file costs a quarter more CPU. Nothing here has servers, and so the state of a process.
          isolate: false,
        }),
        resolve,
      },
      { ...project("network", { include: network }), resolve },
      project("e2e", { include: e2e }),
      project("browser", { include: browser }),
      project("integration", {
        include: integration,
        globalSetup: "test/support/install-client.ts",
        testTimeout: 900_000,
        hookTimeout: 900_000,
      }),
    ],
  },
})
