import { defineConfig } from "vitest/config"

/** What needs real servers, the real OpenCode client or a real installation: `.ci/run` brings all of them. */
export default defineConfig({
  test: {
    include: ["test/integration/**/*.test.ts"],
    globalSetup: "test/support/install-client.ts",
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // Most of the time these wait for a server or the client.
    maxWorkers: 3,
  },
})
