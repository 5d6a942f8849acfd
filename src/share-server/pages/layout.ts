import { html } from "hono/html"
import type { HtmlEscapedString } from "hono/utils/html"

export type Markup = HtmlEscapedString | Promise<HtmlEscapedString>

/** Content security policy of the server's own pages: no scripts, nothing loaded, forms to this server only. */
export const PAGE_CSP =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

/** Layout of the server's own pages. The `html` tag escapes all values. */
export function page(title: string, content: Markup, refresh?: number | string): Markup {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
${refresh === undefined ? "" : html`<meta http-equiv="refresh" content="${refresh}">`}
<title>${title}</title>
<style>
:root { color-scheme: light dark; --ink: light-dark(#191c20, #e3e6ea); --mute: light-dark(#616872, #949ba6); --rule: light-dark(#e4e6e8, #282c32); --accent: light-dark(#2746c7, #9db0ff) }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 800px; padding: 22px 32px 48px; background: light-dark(#fdfdfc, #131518); color: var(--ink); font: 15px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif; overflow-wrap: anywhere }
header { font-size: 12.5px; color: var(--mute) }
h1 { margin: 10px 0 18px; padding-bottom: 18px; border-bottom: 1px solid var(--ink); font-size: 28px; font-weight: 650; line-height: 1.2; letter-spacing: -0.018em; text-wrap: balance }
p { max-width: 68ch }
a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 0.18em }
code { display: block; padding: 10px 14px; border-radius: 4px; background: light-dark(#f5f6f6, #1a1d21); font: 13px/1.55 ui-monospace, Menlo, Consolas, "Liberation Mono", monospace }
ul { margin: 0 0 32px; padding: 0; list-style: none }
li { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 16px; padding: 9px 0; border-bottom: 1px solid var(--rule) }
li > a:not(.fact), li > span, li > div { flex: 1 1 18rem } li form { margin-inline-start: auto } li form + form { margin-inline-start: 0 }
li p { margin: 0; color: var(--mute); font-size: 12.5px } li p a { color: inherit }
.search, .filter { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 16px; margin: 18px 0 } .filter p { flex: 1 1 18rem; margin: 0 }
.fact, time { color: var(--mute); font-size: 12.5px; font-variant-numeric: tabular-nums }
nav { margin: 18px 0 } nav a { margin-inline-end: 16px } time { white-space: nowrap }
input, select { padding: 3px 8px; border: 1px solid light-dark(#8a9099, #6b737d); border-radius: 4px; background: none; color: inherit; font: inherit }
button { padding: 3px 10px; border: 1px solid light-dark(#c9cdd2, #414851); border-radius: 4px; background: none; color: inherit; font: inherit; font-size: 12.5px; cursor: pointer }
button:hover { border-color: currentcolor }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px }
@media (max-width: 480px) { body { padding: 16px 16px 32px } }
</style>
</head>
<body>
<header>OpenCode sessions</header>
<main>
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`
}
