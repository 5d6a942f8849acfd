import type { Reporter } from "vitest/node"

/** Prints the seed of the property tests after a run, and how to repeat it. */
export const printSeed = (seed: string): Reporter => ({
  onTestRunEnd() {
    process.stdout.write(`Property tests: seed ${seed} (PROPERTY_SEED=${seed} repeats them).\n`)
  },
})
