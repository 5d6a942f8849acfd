import { html } from "hono/html"
import type { ContentState } from "../shares/content-state.ts"
import { type Markup, page } from "./layout.ts"

export const notFound = (): Markup =>
  page("Not found", html`<p>This conversation does not exist, or it is no longer shared.</p>`)

export const noLongerShared = (): Markup =>
  page("No longer shared", html`<p>This conversation is no longer shared: it was unshared, or it has expired.</p>`)

export const preparing = (): Markup =>
  page("Preparing the page", html`<p>This conversation was shared just now. This page reloads when it is ready.</p>`, 2)

/** @param bodyLimitMb what the server accepts in one request */
export function noContent(state: Exclude<ContentState, { kind: "preparing" }>, bodyLimitMb: number): Markup {
  if (state.kind === "refused")
    return page("Not published", html`<p>The server refused this conversation: ${state.reason}</p>`)
  return page(
    "Nothing arrived yet",
    html`<p>This conversation was shared ${state.minutes === 1 ? "a minute" : `${state.minutes} minutes`} ago, but its content has not arrived.</p>
<p>A reverse proxy in front of this server probably limits the size of requests: nginx refuses more than 1 MB unless told otherwise. An administrator can raise the limit to ${bodyLimitMb} MB, in nginx with:</p>
<p><code>client_max_body_size ${bodyLimitMb}m;</code></p>
<p>Then continue the conversation in OpenCode, and reload this page.</p>`,
  )
}

export const notAdmin = (name: string, contact: string | undefined): Markup =>
  page(
    "Administrators only",
    html`<p>You are signed in as ${name}, which is no administrator of this server.</p>
${contact === undefined ? "" : html`<p>Questions: ${contact}</p>`}`,
  )

export const accessDenied = ({
  name,
  tooManyGroups,
  again,
  contact,
}: {
  name: string
  tooManyGroups: boolean
  again: string
  contact?: string | undefined
}): Markup =>
  page(
    "Access denied",
    html`<p>You are signed in as ${name}, but this account may not read shares on this server. To use another account, sign out at your identity provider, then <a href="${again}">sign in again</a>.</p>
${contact === undefined ? "" : html`<p>Questions: ${contact}</p>`}
${
  tooManyGroups
    ? html`<p>The account is in more groups than the identity provider puts into its sign-in. An administrator can limit the groups of this application to those that are assigned to it, or use application roles.</p>`
    : ""
}`,
  )

/** @param reason the identity provider's own words */
export const signInFailed = (again: string, reason?: string): Markup =>
  page(
    "Sign-in failed",
    html`<p>You were not signed in. <a href="${again}">Try again</a></p>
${reason === undefined ? "" : html`<p>The identity provider says: ${reason}</p>`}`,
  )

/** @param further URL that signs out at the issuer; the browser is forwarded to it */
export const signedOut = (again: string, further?: string): Markup =>
  page(
    "Signed out",
    further === undefined
      ? html`<p>You are signed out of this server. <a href="${again}">Sign in</a></p>`
      : html`<p>You are signed out of this server. <a href="${further}">Sign out of the identity provider too</a></p>`,
    // A refresh instead of a redirect: `form-action 'self'` forbids that the form's response redirects to another site.
    further === undefined ? undefined : `0; url=${further}`,
  )

export interface OwnShare {
  id: string
  title: string
  url: string
  updated: string
  /** ISO 8601, UTC; undefined: never. */
  expires: string | undefined
  /** Together with the cookie, proves that a removal was requested on this page. */
  csrfToken: string
}

interface OwnSharesOptions {
  base: string
  name: string
  /** Whether readers can sign out here; false if a proxy signs them in. */
  signsOut: boolean
  /** Whether readers have publish tokens of their own. */
  hasTokens: boolean
  isAdmin: boolean
}

/** Asks before a share is removed. */
export const confirmUnshare = ({
  id,
  title,
  base,
  csrfToken,
}: Pick<OwnShare, "id" | "title" | "csrfToken"> & { base: string }): Markup =>
  page(
    "Unshare this conversation?",
    html`<p><strong>${title || "Untitled session"}</strong> is deleted from this server, and its link stops working for everyone. The conversation in OpenCode stays.</p>
<form method="post" action="${base}/mine"><input type="hidden" name="id" value="${id}"><input type="hidden" name="proof" value="${csrfToken}"><input type="hidden" name="confirmed" value="yes"><p><button>Unshare</button> &nbsp; <a href="${base}/mine">Cancel</a></p></form>`,
  )

export function ownShares(shares: OwnShare[], { base, name, signsOut, hasTokens, isAdmin }: OwnSharesOptions): Markup {
  const row = ({ id, title, url, updated, expires, csrfToken }: OwnShare) => html`<li>
<a href="${url}">${title || "Untitled session"}</a> <time datetime="${updated}">${updated.slice(0, 16).replace("T", " ")} UTC</time>
<a class="fact" href="${base}/mine/expiry?id=${id}" aria-label="${expires === undefined ? "No expiry" : `Expires ${expires.slice(0, 10)}`}: change it for ${title || "Untitled session"}">${expires === undefined ? "no expiry" : `expires ${expires.slice(0, 10)}`}</a>
<form method="post" action="${base}/mine"><input type="hidden" name="id" value="${id}"><input type="hidden" name="proof" value="${csrfToken}"><button aria-label="Unshare ${title || "Untitled session"}">Unshare</button></form>
</li>`
  return page(
    "Your shares",
    html`<p>Signed in as ${name}.</p>
<nav>${hasTokens ? html`<a href="${base}/tokens">Your publish tokens</a>` : ""} ${isAdmin ? html`<a href="${base}/admin">All shares</a>` : ""}</nav>
${shares.length === 0 ? html`<p>You have no shares.</p>` : html`<ul>${shares.map(row)}</ul>`}
${signsOut ? html`<form method="post" action="${base}/auth/logout"><button>Sign out</button></form>` : ""}`,
  )
}

export const sharesWithoutSignIn = (): Markup =>
  page(
    "Shared conversations",
    html`<p>This server has no sign-in, so it cannot list your shares. To remove a share, use /unshare in OpenCode.</p>`,
  )

export const importCommand = (origin: string, ticket: string): Markup =>
  page(
    "Import into OpenCode",
    html`<p>Run this command within ten minutes. Anyone who has it can import this conversation, and no other.</p>
<p><code>opencode import ${origin}/share/${ticket}</code></p>`,
  )
