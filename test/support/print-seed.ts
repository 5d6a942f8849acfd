import type { Reporter } from "vitest/node"

/** Prints the seed of the property tests at the end of a run, and how to run them again with it. */
export const printSeed = (seed: string): Reporter => ({
  onTestRunEnd() {
    process.stdout.write(`Property tests: seed ${seed} (PROPERTY_SEED=${seed} repeats them).\n`)
  },
})
