import type { Reporter } from "vitest/node"
import { findChromium, howToGetChromium } from "./chromium.ts"

/** After a run without Chromium, prints last how to install it. */
export const missingChromium: Reporter = {
  onTestRunEnd() {
    if (findChromium()) return
    process.on("exit", () => process.stderr.write(`\n${howToGetChromium.join("\n")}\n`))
  },
}
