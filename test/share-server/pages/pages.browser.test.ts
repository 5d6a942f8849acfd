import { writeFileSync } from "node:fs"
import path from "node:path"
import { pathToFileURL } from "node:url"
import { describe, expect, test } from "vitest"
import type { Markup } from "../../../src/share-server/pages/layout.ts"
import * as pages from "../../../src/share-server/pages/pages.ts"
import { newTokenPage, tokensPage } from "../../../src/share-server/pages/token-pages.ts"
import { violations } from "../../browser/axe-violations.ts"
import { executable, openPage, useBrowser } from "../../browser/open-page.ts"
import { temporaryFolder } from "../../support/world.ts"

const base = "https://shares.corp.example"
const long = "a-name-without-any-place-to-break-it-".repeat(4)
const updated = "2026-11-30T10:00:00.000Z"
const share = (title: string) => ({ id: "x", title, url: `${base}/share/x`, updated, csrfToken: "t" })

/** Every page of the server, with short and long values. A page that reloads is not here: it would leave while it is examined. */
const examples: Record<string, Markup> = {
  notFound: pages.notFound(),
  noLongerShared: pages.noLongerShared(),
  noContent: pages.noContent({ kind: "nothing arrived", minutes: 3 }, 32),
  accessDenied: pages.accessDenied({
    name: "ada@corp.example",
    tooManyGroups: true,
    again: base,
    contact: "it@corp.example",
  }),
  signInFailed: pages.signInFailed(base, "AADSTS50105: not assigned"),
  signedOut: pages.signedOut(base),
  confirmUnshare: pages.confirmUnshare({ id: "x", title: "Totals off by a cent", base, csrfToken: "t" }),
  ownShares: pages.ownShares([share("Totals off by a cent"), share(""), share(long)], {
    ...{ base, name: "ada@corp.example", signsOut: true, hasTokens: true, isAdmin: true },
  }),
  sharesWithoutSignIn: pages.sharesWithoutSignIn(),
  importCommand: pages.importCommand(base, long),
  tokensPage: tokensPage({
    ...{ base, name: "ada@corp.example", proof: "p", problem: "There is a token of that name." },
    tokens: [
      { name: "laptop", created: updated, proof: "p" },
      { name: long, created: updated, proof: "p" },
    ],
  }),
  newTokenPage: newTokenPage({ base, name: "laptop", url: `${base}/ocb_${"x".repeat(32)}` }),
}

describe.skipIf(!executable)("the server's own pages", () => {
  useBrowser()

  test.each(Object.keys(examples))(
    "%s has no violation for axe, and nothing to scroll sideways on a phone",
    async (name) => {
      const file = path.join(temporaryFolder(), "page.html")
      writeFileSync(file, String(await examples[name]))
      const { page } = await openPage(pathToFileURL(file).href, { viewport: { width: 360, height: 800 } })
      expect(await violations(page)).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360)
      await page.emulateMedia({ colorScheme: "dark" })
      expect(await violations(page)).toEqual([])
    },
  )

  test("every page is examined", () => {
    const made = Object.keys({ ...pages, newTokenPage, tokensPage })
    expect(Object.keys(examples).sort()).toEqual(made.filter((name) => name !== "preparing").sort())
  })
})
