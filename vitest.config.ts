import { availableParallelism } from "node:os"
import { defineConfig } from "vitest/config"
import { missingChromium } from "./test/support/missing-chromium.ts"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/integration/**", "node_modules/**"],
    testTimeout: 30_000,
    // Most of the time these wait for a browser or a server, so that one more than there are cores to spare pays.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // A browser takes its time on a busy machine.
    expect: { poll: { timeout: 10_000 } },
    reporters: ["default", missingChromium],
  },
})
