import { writeFileSync } from "node:fs"
import { test } from "vitest"
import { advanceUntil } from "../browser/fake-clock.ts"
import { longSession } from "../browser/long-session.ts"
import { executable, openPage, useBrowser } from "../browser/open-page.ts"
import { ownBucket } from "../support/own-bucket.ts"

useBrowser()

test.skipIf(!executable)("a page on Ceph RGW follows its session, and reports its removal", async () => {
  const bucket = await ownBucket("CEPH", { isPublic: true })
  const file = bucket.home.file("session.json")
  const share = async (messages: number) => {
    writeFileSync(file, JSON.stringify(longSession(messages, false)))
    return (await bucket.run("share", file)).stdout.trim()
  }
  const link = await share(60)
  const { page } = await openPage(link, { fakeClock: true, allowFailedRequests: true })
  const answers: string[] = []
  page.on("response", (response) => answers.push(`${response.request().method()} ${response.status()}`))
  const until = (isSo: () => Promise<boolean>) =>
    advanceUntil(page, async () => {
      await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight))
      return isSo()
    })
  const isThere = (messages: number) => {
    const prompts = longSession(messages, false).messages.filter(({ info }) => info.role === "user").length
    return async () => (await page.locator("#_main .prompt").count()) === prompts
  }

  await until(isThere(60))
  await share(100)
  await until(isThere(100))
  // Nothing more has changed: the server says so without sending anything.
  answers.length = 0
  await until(async () => answers.includes("HEAD 304"))
  await bucket.run("unshare", link)
  await until(async () => (await page.locator(".gone", { hasText: "This share was taken back." }).count()) === 1)
})
