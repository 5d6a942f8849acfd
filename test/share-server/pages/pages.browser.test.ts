import { writeFileSync } from "node:fs"
import path from "node:path"
import { pathToFileURL } from "node:url"
import { describe, expect, test } from "vitest"
import type { AdminAction } from "../../../src/share-server/admin/admin-action.ts"
import * as actionPages from "../../../src/share-server/pages/admin-action-pages.ts"
import * as sharesPage from "../../../src/share-server/pages/admin-shares-page.ts"
import * as adminTokens from "../../../src/share-server/pages/admin-tokens-page.ts"
import * as expiryPages from "../../../src/share-server/pages/expiry-page.ts"
import type { Markup } from "../../../src/share-server/pages/layout.ts"
import * as pages from "../../../src/share-server/pages/pages.ts"
import * as tokenPages from "../../../src/share-server/pages/token-pages.ts"
import { violations } from "../../browser/axe-violations.ts"
import { executable, openPage, useBrowser } from "../../browser/open-page.ts"
import { temporaryFolder } from "../../support/world.ts"

const base = "https://shares.corp.example"
const long = "a-name-without-any-place-to-break-it-".repeat(4)
const updated = "2026-11-30T10:00:00.000Z"
const share = (title: string) => ({
  id: "x",
  title,
  url: `${base}/share/x`,
  updated,
  expires: title === "" ? undefined : updated,
  csrfToken: "t",
})

const listed = (title: string, more: object = {}) => ({
  ...{ id: "x", title, project: "parser", token: "laptop", owner: "ada@corp.example", bytes: 123_456 },
  ...{ created: updated, updated },
  ...more,
})
const owner: AdminAction = { target: { kind: "owner", email: "ada@corp.example" }, revoke: true, unshare: true }

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
  expiryPage: expiryPages.expiryPage({
    ...{ base, id: "x", title: long, expires: updated, lifetimes: ["7d", "never"], proof: "p" },
  }),
  sharesWithoutSignIn: pages.sharesWithoutSignIn(),
  importCommand: pages.importCommand(base, long),
  tokensPage: tokenPages.tokensPage({
    ...{ base, name: "ada@corp.example", proof: "p", problem: "There is a token of that name." },
    tokens: [
      { name: "laptop", created: updated, proof: "p" },
      { name: long, created: updated, proof: "p" },
    ],
  }),
  notAdmin: pages.notAdmin("ada@corp.example", "it@corp.example"),
  adminSharesPage: sharesPage.adminSharesPage({
    ...{ base, isComplete: false },
    filter: { q: "cent", owner: "ada@corp.example", token: long, sort: "updated" },
    list: {
      items: [
        listed("Totals off by a cent", { expires: updated, read: updated }),
        listed("", { owner: "", project: "" }),
        listed(long, { project: long, token: long, owner: `${long}@corp.example` }),
      ],
      ...{ total: 103, number: 2, count: 3 },
    },
  }),
  adminTokensPage: adminTokens.adminTokensPage({
    ...{ base, q: "a" },
    list: {
      items: [
        { name: "laptop", owner: "ada@corp.example", created: updated, shares: 3 },
        { name: "reports", owner: "", role: "admin", created: updated, shares: undefined },
        { name: long, owner: `${long}@corp.example`, created: updated, revoked: updated, shares: 1 },
      ],
      ...{ total: 103, number: 1, count: 3 },
    },
  }),
  confirmAdminAction: actionPages.confirmAdminAction({
    ...{ base, action: owner, title: "", shares: 3, tokens: ["laptop", long], signsOut: true, proof: "p" },
  }),
  adminActionDone: actionPages.adminActionDone({ base, result: { revoked: ["laptop"], removed: 3, undeleted: 1 } }),
  newTokenPage: tokenPages.newTokenPage({ base, name: "laptop", url: `${base}/ocb_${"x".repeat(32)}` }),
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
    const made = Object.keys({ ...pages, ...tokenPages, ...actionPages, ...sharesPage, ...adminTokens, ...expiryPages })
    expect(Object.keys(examples).sort()).toEqual(made.filter((name) => name !== "preparing").sort())
  })
})
