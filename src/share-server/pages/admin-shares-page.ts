import { html } from "hono/html"
import { formatSize } from "../../render/format.ts"
import type { AdminTarget } from "../admin/admin-action.ts"
import { type ShareFilter, SORT_ORDERS } from "../admin/filter-shares.ts"
import type { InventoryEntry } from "../inventory/inventory-entry.ts"
import { actionButton, day, isolated, type ListPage, pager, query, summary } from "./admin-parts.ts"
import { type Markup, page } from "./layout.ts"

/** Tokens that people create themselves begin with their address. */
const shortToken = ({ token, owner }: InventoryEntry) =>
  owner !== "" && token.toLowerCase().startsWith(`${owner} `) ? token.slice(owner.length + 1) : token

/** All shares, for administrators. */
export function adminSharesPage({
  base,
  filter,
  list,
  isComplete,
}: {
  base: string
  filter: ShareFilter
  list: ListPage<InventoryEntry>
  /** See `Inventory`. */
  isComplete: boolean
}): Markup {
  const { q, owner, token, sort } = filter
  const urlOf = (changed: Partial<ShareFilter> & { page?: number }) =>
    `${base}/admin${query({ ...filter, ...changed })}`
  const row = (share: InventoryEntry) => {
    const title = share.title || "Untitled session"
    return html`<li>
<div><a href="${base}/s/${share.id}/">${isolated(title)}</a>
<p>${share.owner === "" ? "no owner" : html`<a href="${urlOf({ owner: share.owner, token: undefined })}">${isolated(share.owner)}</a>`} · token <a href="${urlOf({ token: share.token, owner: undefined })}">${isolated(shortToken(share))}</a>${share.project === "" ? "" : html` · ${isolated(share.project)}`} · ${formatSize(share.bytes).replace(" ", "\u00a0")}</p>
<p>created ${day(share.created)} · changed ${day(share.updated)} · ${share.read === undefined ? "not read yet" : html`last read ${day(share.read)}`} · ${share.expires === undefined ? "no expiry" : html`expires ${day(share.expires)}`}</p></div>
${actionButton(base, { target: { kind: "share", id: share.id }, revoke: false, unshare: true }, "Unshare", `Unshare ${title}`)}
</li>`
  }
  return page(
    "All shares",
    html`<nav><a href="${base}/admin/tokens">All tokens</a> <a href="${base}/mine">Your shares</a></nav>
<form class="search" action="${base}/admin" role="search"><label>Search <input type="search" name="q" value="${q ?? ""}" placeholder="title, owner or project"></label> <label>Order <select name="sort">${Object.entries(
      SORT_ORDERS,
    ).map(
      ([name, { label }]) => html`<option value="${name}"${name === sort ? html` selected` : ""}>${label}</option>`,
    )}</select></label>${owner === undefined ? "" : html`<input type="hidden" name="owner" value="${owner}">`}${token === undefined ? "" : html`<input type="hidden" name="token" value="${token}">`} <button>Show</button></form>
${isComplete ? "" : html`<p role="status">The list is being built for the first time and is not complete yet. Reload this page in some minutes.</p>`}
${owner === undefined ? "" : ownerActions(base, owner, urlOf({ owner: undefined }))}
${token === undefined ? "" : tokenActions(base, token, urlOf({ token: undefined }))}
<p>${summary(list, "share")}</p>
${list.items.length === 0 ? "" : html`<ul>${list.items.map(row)}</ul>`}
${pager(list, (page) => urlOf({ page } as Partial<ShareFilter>))}`,
  )
}

const ownerActions = (base: string, email: string, all: string) => {
  const target: AdminTarget = { kind: "owner", email }
  return html`<div class="filter"><p>Only of ${isolated(email)}. <a href="${all}">Show all</a></p>
${actionButton(base, { target, revoke: false, unshare: true }, "Unshare all of this person")} ${actionButton(base, { target, revoke: true, unshare: true }, "This person has left")}</div>`
}

const tokenActions = (base: string, name: string, all: string) => {
  const target: AdminTarget = { kind: "token", name }
  return html`<div class="filter"><p>Only of the token ${isolated(name)}. <a href="${all}">Show all</a></p>
${actionButton(base, { target, revoke: false, unshare: true }, "Unshare all of this token")} ${actionButton(base, { target, revoke: true, unshare: true }, "Revoke it and unshare all")}</div>`
}
