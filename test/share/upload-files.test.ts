import { expect, test } from "vitest"
import type { SiteFile } from "../../src/render/site/site-file.ts"
import { uploadFiles } from "../../src/share/upload-files.ts"
import type { ObjectStore } from "../../src/store/object-store.ts"

const file = (name: string, ...links: string[]): SiteFile => ({
  path: name,
  contentType: name.endsWith(".html") ? "text/html; charset=utf-8" : "text/plain",
  cacheControl: "no-cache",
  input: name,
  links: new Set(links),
  render: async () => Buffer.from(name),
})

/** A store that only takes, and notes the order in which things have arrived; what is named by `slow` takes longer. */
function taker(slow: string) {
  const arrived: string[] = []
  const put = async (key: string) => {
    await new Promise((resolve) => setTimeout(resolve, key === slow ? 30 : 1))
    arrived.push(key)
  }
  return { arrived, store: { put } as unknown as ObjectStore }
}

async function* pages() {
  yield file("2.html", "index.html", "3.html", "files/a.txt")
  yield file("files/a.txt")
  yield file("3.html", "2.html")
  yield file("changes.html", "2.html")
  yield file("index.html", "2.html")
}

test.each(["3.html", "files/a.txt"])(
  "a published page is replaced after its new link targets, however long %s takes",
  async (slow) => {
    const { store, arrived } = taker(slow)
    const seen = ["index.html", "2.html", "changes.html"]
    await uploadFiles(pages(), { store, prefix: "", visiblePaths: seen })
    expect(arrived).toHaveLength(5)
    expect(arrived.slice(3)).toEqual(["2.html", "index.html"])
    expect(arrived.indexOf("changes.html")).toBeLessThan(3)
  },
)

test("a page of a new version is uploaded after its style sheet", async () => {
  async function* drawnAnew() {
    yield file("page-b.css")
    yield file("2.html", "page-b.css")
    yield file("index.html", "page-b.css")
  }
  const { store, arrived } = taker("page-b.css")
  await uploadFiles(drawnAnew(), { store, prefix: "", visiblePaths: ["index.html", "2.html", "page-a.css"] })
  expect(arrived).toEqual(["page-b.css", "2.html", "index.html"])
})

test("in a new share, only index.html is uploaded last", async () => {
  const { store, arrived } = taker("3.html")
  await uploadFiles(pages(), { store, prefix: "" })
  expect(arrived.slice(-2)).toEqual(["3.html", "index.html"])
})

test("a waiting upload is skipped if its prerequisite failed", async () => {
  const { store, arrived } = taker("")
  const put = async (key: string) => {
    if (key === "3.html") throw new Error("on purpose")
    arrived.push(key)
  }
  const failed = uploadFiles(pages(), {
    store: { ...store, put },
    prefix: "",
    visiblePaths: ["index.html", "2.html"],
  })
  await expect(failed).rejects.toThrow("on purpose")
  expect(arrived).not.toContain("2.html")
  expect(arrived).not.toContain("index.html")
})
