import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import manifest from "../../package.json" with { type: "json" }

test("the Astro version that the page was measured with is the pinned and the installed one", () => {
  const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8")
  const measured = /measured with Astro ([\d.]+)/.exec(read("docs/decisions/03-prebuilt-page.md"))?.[1]
  expect(manifest.devDependencies.astro).toBe(measured)
  expect(JSON.parse(read("node_modules/astro/package.json")).version).toBe(measured)
})
