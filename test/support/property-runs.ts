/** Percent of the usual number of runs, from PROPERTY_RUNS: `PROPERTY_RUNS=1000` runs each property ten times as often. */
const percent = Number(process.env["PROPERTY_RUNS"] ?? 100)
if (!(percent > 0))
  throw new Error(`PROPERTY_RUNS is a number of percent above 0, not "${process.env["PROPERTY_RUNS"]}".`)

/** Number of runs of a property test, given the usual one. At least 1. */
export const runs = (usual: number): number => Math.max(1, Math.round((usual * percent) / 100))
