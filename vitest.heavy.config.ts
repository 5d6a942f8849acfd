import { defineConfig } from "vitest/config"

// What needs servers, browsers or much time: .ci/run starts the servers (test/servers) and hands their addresses over.
export default defineConfig({
  test: {
    include: ["test/heavy/**/*.test.ts"],
    testTimeout: 300_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
})
