import { html } from "hono/html"
import { formatCount } from "../../lib/format-count.ts"
import type { AdminTarget } from "../admin/admin-action.ts"
import type { ListedToken } from "../admin/listed-tokens.ts"
import { actionButton, day, isolated, type ListPage, pager, query, summary } from "./admin-parts.ts"
import { type Markup, page } from "./layout.ts"

/** All tokens, for administrators. */
export function adminTokensPage({ base, q, list }: { base: string; q: string; list: ListPage<ListedToken> }): Markup {
  const row = ({ name, owner, created, role, revoked, shares }: ListedToken) => {
    const target: AdminTarget = { kind: "token", name }
    return html`<li>
<div>${isolated(name)}${role === "admin" ? " (admin)" : ""}
<p>${owner === "" ? "no owner" : html`<a href="${base}/admin${query({ owner })}">${isolated(owner)}</a>`} · created ${day(created)}${revoked === undefined ? "" : html` · revoked ${day(revoked)}`} · <a href="${base}/admin${query({ token: name })}">${shares === undefined ? "shares" : formatCount(shares, "share")}</a></p></div>
${revoked === undefined ? actionButton(base, { target, revoke: true, unshare: false }, "Revoke", `Revoke ${name}`) : ""}
${actionButton(base, { target, revoke: true, unshare: true }, revoked === undefined ? "Revoke and unshare" : "Unshare", `${revoked === undefined ? "Revoke and unshare" : "Unshare"} all of ${name}`)}
</li>`
  }
  return page(
    "All tokens",
    html`<nav><a href="${base}/admin">All shares</a> <a href="${base}/mine">Your shares</a></nav>
<form class="search" action="${base}/admin/tokens" role="search"><label>Search <input type="search" name="q" value="${q}" placeholder="name or owner"></label> <button>Show</button></form>
<p>${summary(list, "token")}</p>
${list.items.length === 0 ? "" : html`<ul>${list.items.map(row)}</ul>`}
${pager(list, (page) => `${base}/admin/tokens${query({ q, page })}`)}`,
  )
}
