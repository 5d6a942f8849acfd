import { writeFileSync } from "node:fs"
import path from "node:path"
import { pathToFileURL } from "node:url"
import { describe, expect, test } from "vitest"
import { indexPage } from "../../src/export/index-page.ts"
import { executable, openPage, useBrowser } from "../browser/open-page.ts"
import { payloads } from "../render/hostile-session.ts"
import { all } from "../support/record.ts"
import { temporaryFolder } from "../support/world.ts"

const entries = (count: number, title = (i: number) => `Session ${i}`) =>
  Array.from({ length: count }, (_, i) => ({
    ...{ session: `ses_${i}`, stamp: "", title: title(i), project: `~/src/project-${i % 7}` },
    ...{ date: Date.UTC(2026, 0, 1) + i * 60_000, size: 1000 * i, href: `ses_${i}.html` },
  }))

async function write(list: ReturnType<typeof entries>): Promise<string> {
  const file = path.join(temporaryFolder(), "index.html")
  writeFileSync(file, (await all(indexPage(list, "Kept"))).join(""))
  return pathToFileURL(file).href
}

test("titles and addresses cannot forge entries of the index", async () => {
  const list = entries(payloads.length, (i) => payloads[i]!).map((entry, i) => ({
    ...entry,
    project: payloads[i]!,
    href: payloads[i]!,
  }))
  const text = (await all(indexPage(list, "Kept"))).join("")
  expect(text.split("<li>").length).toBe(payloads.length + 1)
  expect(new Set([...text.matchAll(/<([a-z]\w*)/g)].map(([, name]) => name))).toEqual(
    new Set(
      "html head meta title link style script body header h1 p output label input main section h2 ul li a span time i"
        .split(" ")
        .filter((name) => text.includes(`<${name}`)),
    ),
  )
  expect(
    [...text.matchAll(/<a href="([^"]*)"/g)].filter(
      ([, href]) => !/^(?:#|https?:\/\/|file:\/\/|[A-Za-z][\w-]*)/.test(href!),
    ),
  ).toEqual([])
})

describe.skipIf(!executable)("an index of 10,000 sessions", () => {
  useBrowser()

  test("is readable without script and searchable with it", async () => {
    const url = await write(entries(10_000))
    const plain = (await openPage(url, { javaScriptEnabled: false })).page
    expect(await plain.locator("li").count()).toBe(10_000)
    expect(await plain.locator("li a").first().textContent()).toBe("Session 9999")
    const { page } = await openPage(url)
    await page.getByRole("searchbox").fill("session 1234 project-2")
    await expect.poll(() => page.locator("p").textContent()).toBe("1 of 10,000 sessions")
    expect(await page.locator("li:visible").allTextContents()).toEqual([expect.stringContaining("Session 1234")])
    await page.getByRole("searchbox").fill("")
    await expect.poll(() => page.locator("p").textContent()).toBe("10,000 sessions")
  })
})
