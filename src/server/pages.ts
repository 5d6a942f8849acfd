import { html } from "hono/html"
import type { HtmlEscapedString } from "hono/utils/html"

type Markup = HtmlEscapedString | Promise<HtmlEscapedString>

/** The policy of the server's own pages: they run nothing, load nothing, and send forms to the server alone. */
export const OWN_PAGES =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

/** One of the server's own pages, in a few words. What is put into `html` is escaped there. */
function page(title: string, content: Markup, refresh?: number | string): Markup {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
${refresh === undefined ? "" : html`<meta http-equiv="refresh" content="${refresh}">`}
<title>${title}</title>
<style>
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { max-width: 46rem; margin: 4rem auto; padding: 0 1rem }
code { font-family: ui-monospace, monospace; overflow-wrap: anywhere }
li { margin: 0.75rem 0 } form { display: inline }
</style>
</head>
<body>
<main>
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`
}

export const notThere = (): Markup =>
  page("Nothing is shared here", html`<p>There is no such conversation, or it is not shared any more.</p>`)

export const noLonger = (): Markup =>
  page("No longer shared", html`<p>This conversation was shared, and is not any more.</p>`)

export const preparing = (): Markup =>
  page("Almost there", html`<p>This conversation was shared just now. Its page is being made.</p>`, 2)

export const mayNot = (): Markup =>
  page("Not for you", html`<p>You are signed in, but not among those who may read here.</p>`)

export const signInFailed = (again: string): Markup =>
  page("That did not work", html`<p>You were not signed in. <a href="${again}">Try again</a></p>`)

/** @param further where the issuer signs them out as well; the browser goes there by itself */
export const signedOut = (again: string, further?: string): Markup =>
  page(
    "Signed out",
    further === undefined
      ? html`<p>You are signed out here. <a href="${again}">Sign in</a></p>`
      : html`<p>You are signed out here. <a href="${further}">Sign out of the identity provider as well</a></p>`,
    // Not a redirect: the policy of the page with the form does not let its answer lead to another site.
    further === undefined ? undefined : `0; url=${further}`,
  )

export interface OwnShare {
  id: string
  title: string
  url: string
  updated: string
  /** What shows, with the cookie, that a request to remove it comes from this page. */
  proof: string
}

export function ownShares(shares: OwnShare[], base: string, name: string): Markup {
  const row = ({ id, title, url, updated, proof }: OwnShare) => html`<li>
<a href="${url}">${title || "Untitled"}</a> <small>${updated.slice(0, 16).replace("T", " ")} UTC</small>
<form method="post" action="${base}/mine"><input type="hidden" name="id" value="${id}"><input type="hidden" name="proof" value="${proof}"><button>Unshare</button></form>
</li>`
  return page(
    "Your shares",
    html`<p>Signed in as ${name}.</p>
${shares.length === 0 ? html`<p>You share nothing.</p>` : html`<ul>${shares.map(row)}</ul>`}
<form method="post" action="${base}/auth/logout"><button>Sign out</button></form>`,
  )
}

export const importCommand = (origin: string, ticket: string): Markup =>
  page(
    "Import into OpenCode",
    html`<p>Run this within ten minutes. It opens this one conversation, for whoever has it.</p>
<p><code>opencode import ${origin}/share/${ticket}</code></p>`,
  )
