import { writeFileSync } from "node:fs"
import path from "node:path"
import { pathToFileURL } from "node:url"
import { describe, expect, test } from "vitest"
import { picture } from "../../demo/gallery/picture.ts"
import { executable, openPage, useBrowser } from "../browser/open-page.ts"
import { type Exported, exports, generated } from "../render/draw.ts"
import { hostileSession } from "../render/hostile-session.ts"
import { user } from "../render/items/parts-draw.ts"
import { temporaryFolder } from "../support/world.ts"
import { drawSingle } from "./draw-single.ts"

/** Opens a session as one file from the disk, without script. */
async function open(session: Exported, hash = "") {
  const file = path.join(temporaryFolder(), "session.html")
  writeFileSync(file, await drawSingle(session))
  const opened = await openPage("about:blank", { javaScriptEnabled: false })
  const requests: string[] = []
  opened.page.on("request", (request) => requests.push(request.url()))
  await opened.page.goto(pathToFileURL(file).href + hash)
  return { ...opened, asked: () => requests.filter((url) => !url.startsWith("data:") && !url.endsWith("session.html")) }
}

describe.skipIf(!executable)("a session as one file, opened from the disk without script", () => {
  useBrowser()

  test.each([["all-tools", exports[0]![1]] as const, ["hostile", hostileSession(1)] as const])(
    "%s makes no request",
    async (_, session) => {
      const { page, asked } = await open(session)
      expect(await page.locator("h1").first().isVisible()).toBe(true)
      expect(asked()).toEqual([])
    },
  )

  test("images are shown, and their names open the full size", async () => {
    const { page } = await open({ messages: [withPicture()] })
    const image = page.locator("img")
    const size = async () => (await image.boundingBox())?.height ?? 0
    expect(await size()).toBeCloseTo(320, 0)
    await page.getByRole("link", { name: "picture.png", exact: true }).click()
    await expect.poll(size).toBeCloseTo(900, 0)
  })

  test("a link to a subagent's message unfolds its block", async () => {
    const session = exports[0]![1]
    const { page } = await open(session)
    const text = page.getByText("Read notes.txt and report the fruit.").last()
    expect(await text.isVisible()).toBe(false)
    await page.getByRole("link", { name: /Read its whole conversation/ }).click()
    await expect.poll(() => text.isVisible()).toBe(true)
  })

  test("a document of 1,000 messages contains its images, and the outline leads to the last prompt", async () => {
    const session = generated(1000)
    const { page, asked } = await open({ ...session, messages: [...session.messages, withPicture()] })
    expect(asked()).toEqual([])
    const image = page.locator("img").last()
    expect(await image.evaluate((image) => [(image as HTMLImageElement).naturalWidth])).toEqual([300])
    const entry = page.locator("#_outline .prompts a").last()
    const target = (await entry.getAttribute("href"))!.slice(1)
    await entry.click()
    await expect.poll(async () => (await page.locator(`[id="${target}"]`).boundingBox())?.y).toBeLessThan(800)
    expect(await page.locator(".item.prompt").count()).toBe(await page.locator("#_outline .prompts a").count())
  })
})

const withPicture = () =>
  user([
    { type: "text", text: "look" },
    { type: "file", mime: "image/png", filename: "picture.png", url: picture(300, 900) },
  ])
