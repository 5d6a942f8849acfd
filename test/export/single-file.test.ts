import { createHash } from "node:crypto"
import { readdirSync } from "node:fs"
import os from "node:os"
import { describe, expect, test } from "vitest"
import { singleFile } from "../../src/export/single-file.ts"
import { sectionOf } from "../../src/export/single-file-links.ts"
import { normalizeSession } from "../../src/session/normalize.ts"
import { draw, type Exported, exports, filesOf, generated } from "../render/draw.ts"
import { hostileSession } from "../render/hostile-session.ts"
import { assistant, call, user } from "../render/items/parts-draw.ts"
import { recordOf } from "../support/record.ts"
import { drawSingle } from "./draw-single.ts"

const sessions: [string, Exported][] = [...exports, ["generated", generated(300)], ["hostile", hostileSession(1)]]
const attributes = (markup: string, name: string) =>
  [...markup.matchAll(new RegExp(` ${name}="([^"]*)"`, "g"))].map(([, value = ""]) => value)
const textOf = (markup: string) => markup.replace(/<style>[\s\S]*?<\/style>/, "").replace(/<[^>]*>/g, " ")
const squeezed = (text: string) => text.replace(/\s+/g, "")

describe.each(sessions)("%s as one file", (_, session) => {
  test("links only to its own anchors, each of them once", async () => {
    const markup = await drawSingle(session)
    const ids = attributes(markup, "id")
    expect(new Set(ids).size).toBe(ids.length)
    const links = attributes(markup, "href").filter((link) => !/^(?:https?:|mailto:|data:)/.test(link))
    expect(links.filter((link) => !link.startsWith("#"))).toEqual([])
    expect([...new Set(links)].filter((link) => !ids.includes(link.slice(1)))).toEqual([])
    expect(attributes(markup, "src").filter((source) => !source.startsWith("data:image/"))).toEqual([])
  })

  test("contains all text of the share's pages", async () => {
    const file = squeezed(textOf(await drawSingle(session)))
    const pages = await draw((await filesOf(session)).filter(({ path }) => path.endsWith(".html")))
    for (const [path, page] of pages) {
      const said = [...page.matchAll(/<section class="item[\s\S]*?<\/section>/g)].map(([item]) =>
        squeezed(textOf(item)),
      )
      expect(
        said.filter((text) => !file.includes(text)),
        path,
      ).toEqual([])
    }
  })

  test("has no script, and a policy that allows neither scripts nor requests", async () => {
    const markup = await drawSingle(session)
    expect(markup).not.toMatch(/<script|<iframe|<object|<link rel="stylesheet"/i)
    const style = /<style>([\s\S]*?)<\/style>/.exec(markup)?.[1] ?? ""
    const hash = createHash("sha256").update(style).digest("base64")
    expect(/Content-Security-Policy" content="([^"]*)"/.exec(markup)?.[1]?.replaceAll("&#39;", "'")).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'`,
    )
  })
})

test("a long output is in the file once, and its excerpt links to it", async () => {
  const output = Array.from({ length: 900 }, (_, i) => `line ${i} <b>`).join("\n")
  const step = () => call("bash", { input: { command: "seq" }, output, metadata: { exit: 0 } })
  const markup = await drawSingle({
    messages: [user([{ type: "text", text: "go" }]), assistant([step(), step()], { id: "msg_2" })],
  })
  const [id = ""] = /_file-[0-9a-f]{32}/.exec(markup) ?? []
  expect(markup.split("line 450 &lt;b&gt;").length).toBe(2)
  expect(attributes(markup, "href").filter((link) => link === `#${id}`)).toHaveLength(2)
  expect(attributes(markup, "id").filter((found) => found === id)).toHaveLength(1)
})

test("is the same for the same session, byte for byte", async () => {
  const [, session] = exports[0]!
  expect(await drawSingle(session)).toBe(await drawSingle(session))
})

test("leaves nothing on the disk, even if it is not read to the end", async () => {
  const scratch = () => readdirSync(os.tmpdir()).filter((name) => name.startsWith("opencode-bucket-export-"))
  const before = scratch()
  for await (const piece of singleFile(normalizeSession(recordOf(exports[0]![1])), { version: "1" })) {
    expect(piece).toContain("<!DOCTYPE html>")
    break
  }
  expect(scratch().filter((name) => !before.includes(name))).toEqual([])
})

test.each([
  ["index.html", ""],
  ["2.html", ""],
  ["changes.html", "changes"],
  ["changes-2.html", "changes"],
  ["sub-0123456789.html", "sub-0123456789"],
  ["sub-0123456789-12.html", "sub-0123456789"],
  ["sub-abcdef0123-changes.html", "sub-abcdef0123-changes"],
  ["sub-abcdef0123-changes-3.html", "sub-abcdef0123-changes"],
])("%s is a page of %j", (page, book) => {
  expect(sectionOf(page)).toBe(book)
})
