import { describe, expect, test } from "vitest"
import { exports } from "../render/draw.ts"
import { assistant, call, user } from "../render/items/parts-draw.ts"
import { executable, useBrowser } from "./open-page.ts"
import { clipboard, openShare } from "./open-share.ts"

const demo = exports.find(([name]) => name === "demo")![1]
const written = `## What I found

Two *causes*, and one **cure** in \`sum()\`:

1. Rounding
   - per line
   - in total
2. Nothing else

> Half a cent.

\`\`\`typescript
const a = 1 < 2

call("b")
\`\`\`

| a | b |
| --- | --- |
| 1 | 2 |

See [the docs](https://docs.example/a).`

const session = {
  info: { id: "ses_1", title: "Copying", directory: "/home/dana/src/calc" },
  messages: [
    user([{ type: "text", text: "Why is *this* a cent off?\n\nPlease look." }]),
    assistant(
      [
        { type: "text", text: written, id: "prt_said" },
        {
          ...call("bash", { input: { command: "printf 'a\\nb'" }, output: "a\nb", metadata: { exit: 0 } }),
          id: "prt_bash",
        },
        {
          ...call("edit", {
            input: { filePath: "/home/dana/src/calc/a.ts", oldString: "one", newString: "two" },
            metadata: { diff: "--- a.ts\n+++ a.ts\n@@ -1,3 +1,3 @@\n first\n-one\n+two\n last\n" },
          }),
          id: "prt_edit",
        },
      ],
      { id: "msg_2" },
    ),
  ],
}

describe.skipIf(!executable)("in Chromium", () => {
  useBrowser()

  test("copies a message as its original Markdown", async () => {
    const { page } = await openShare(session)
    await page.locator("#prt_said").hover()
    await page.locator("#prt_said").getByRole("button", { name: "Copy message" }).click()
    await expect.poll(() => page.locator(".status").textContent()).toBe("Message copied")
    // The HTML does not tell the heading's original level.
    expect((await clipboard(page)).replace(/^#+/, "##")).toBe(written.replace("*causes*", "_causes_"))
    await page.locator("#msg_1").getByRole("button", { name: "Copy message" }).click()
    await expect.poll(() => clipboard(page)).toMatch(/^Why is [*_]this[*_] a cent off\?\n\nPlease look\.$/)
  })

  test("copies code verbatim, output with its command, a diff with its signs", async () => {
    const { page } = await openShare(session)
    await page.keyboard.press("t")
    await page.locator("#prt_said").getByRole("button", { name: "Copy code" }).click()
    await expect.poll(() => clipboard(page)).toMatch(/^const a = 1 < 2\n\ncall\("b"\)\n?$/)
    await page.locator("#prt_bash").getByRole("button", { name: "Copy output" }).click()
    await expect.poll(() => clipboard(page)).toMatch(/^printf 'a\\nb'\na\nb\n?$/)
    await page.locator("#prt_edit").getByRole("button", { name: "Copy diff" }).click()
    await expect.poll(() => clipboard(page)).toMatch(/^(?:@@[^\n]*\n)? first\n-one\n\+two\n last\n?$/)
  })

  test("a copied link leads to the item, in the current view", async () => {
    const { page, base } = await openShare(session, "index.html?X-Signature=secret#prt_said")
    await page.getByRole("button", { name: "Copy link", exact: true }).click()
    await expect.poll(() => clipboard(page)).toBe(`${base}index.html`)
    await page.keyboard.press("t")
    await page.locator("#prt_edit").getByRole("button", { name: "Link to here" }).click()
    await expect.poll(() => clipboard(page)).toBe(`${base}index.html?view=everything#prt_edit`)
  })

  test("links an item of a further part on its own page", async () => {
    const { page, base } = await openShare(session)
    await page.evaluate(() => {
      const item = Object.assign(document.createElement("section"), { className: "item said", id: "prt_later" })
      item.append(Object.assign(document.createElement("div"), { className: "prose", textContent: "Later." }))
      const part = Object.assign(document.createElement("div"), { className: "part" })
      part.dataset["page"] = "2.html"
      part.append(item)
      document.querySelector("#_main")!.append(part)
      document.dispatchEvent(new CustomEvent("parts"))
    })
    await page.locator("#prt_later").getByRole("button", { name: "Link to here" }).click()
    await expect.poll(() => clipboard(page)).toBe(`${base}2.html#prt_later`)
  })

  test("falls back to copying by selection without a clipboard API", async () => {
    const { page } = await openShare(session, "index.html", {
      before: () => Object.defineProperty(Navigator.prototype, "clipboard", { value: undefined }),
    })
    const button = page.locator("#prt_said").getByRole("button", { name: "Copy code" })
    await button.focus()
    await page.keyboard.press("Enter")
    await expect.poll(() => page.locator(".status").textContent()).toBe("Code copied")
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true)
    await page.keyboard.press("/")
    await page.keyboard.press("Control+V")
    // The input strips line breaks.
    expect(await page.locator(".filter input").inputValue()).toMatch(/const a = 1 < 2 *call\("b"\)/)
  })

  test("copies from the disk, too", async () => {
    const { page } = await openShare(session, "index.html", { disk: true })
    await page.locator("#prt_said").getByRole("button", { name: "Copy code" }).click()
    await expect.poll(() => page.locator(".status").textContent()).toBe("Code copied")
  })

  test("buttons follow the page's order, show on focus and are not printed", async () => {
    const { page } = await openShare(session)
    const seen: string[] = []
    await page.locator(".actions").getByRole("button").last().focus()
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press("Tab")
      const what = await page.evaluate(() => {
        const { activeElement } = document
        if (!activeElement?.closest("#_main") || activeElement.localName !== "button") return ""
        const shown = getComputedStyle(activeElement.parentElement!).opacity
        return `${activeElement.closest(".item")!.id} ${activeElement.ariaLabel} ${shown}`
      })
      if (what) seen.push(what)
    }
    expect(seen.slice(0, 5)).toEqual([
      "msg_1 Copy message 1",
      "msg_1 Link to here 1",
      "prt_said Copy code 1",
      "prt_said Copy message 1",
      "prt_said Link to here 1",
    ])
    await page.emulateMedia({ media: "print" })
    expect(await page.getByRole("button").filter({ visible: true }).count()).toBe(0)
  })

  test("adds buttons to items only when they come near", async () => {
    const { page } = await openShare(demo)
    const last = page.locator(".item.said").last()
    expect(await last.locator("button").count()).toBe(0)
    await last.scrollIntoViewIfNeeded()
    await expect.poll(() => last.locator("button").count()).toBeGreaterThan(0)
  })
})
