import { defineConfig } from "vitest/config"
import { missingChromium } from "./test/support/missing-chromium.ts"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/heavy/**", "test/package/**", "node_modules/**"],
    testTimeout: 30_000,
    // A browser takes its time on a busy machine.
    expect: { poll: { timeout: 10_000 } },
    reporters: ["default", missingChromium],
  },
})
