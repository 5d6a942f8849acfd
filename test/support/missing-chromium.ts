import type { Reporter } from "vitest/node"
import { findChromium, howToGetChromium } from "./chromium.ts"

/** Ends a test run without Chromium with how to get one, where it is read: after everything else. */
export const missingChromium: Reporter = {
  onTestRunEnd() {
    if (findChromium()) return
    process.on("exit", () => process.stderr.write(`\n${howToGetChromium.join("\n")}\n`))
  },
}
