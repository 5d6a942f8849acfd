import { html } from "hono/html"
import { formatCount } from "../../lib/format-count.ts"
import type { AdminAction, AdminResult, AdminTarget } from "../admin/admin-action.ts"
import { isolated } from "./admin-parts.ts"
import { type Markup, page } from "./layout.ts"

/** Asks before an administrator acts. */
export function confirmAdminAction({
  base,
  action,
  title,
  shares,
  tokens,
  signsOut,
  proof,
}: {
  base: string
  action: AdminAction
  /** Title of the share, if it is one. */
  title: string
  /** Number of shares of the target. */
  shares: number
  /** Names of its valid tokens. */
  tokens: readonly string[]
  /** Whether readers sign in here; false if a proxy signs them in. */
  signsOut: boolean
  /** See `formProofs`. */
  proof: string
}): Markup {
  const { target, revoke, unshare } = action
  const of = describeTarget(target, title)
  const hasLeft = target.kind === "owner" && revoke && unshare
  const back = target.kind === "token" ? `${base}/admin/tokens` : `${base}/admin`
  return page(
    hasLeft ? "Has this person left?" : revoke ? `Revoke${unshare ? " and unshare" : ""}?` : "Unshare?",
    html`<p>${of}</p>
${
  unshare
    ? html`<p><strong>${formatCount(shares, "share")}</strong> ${shares === 1 ? "is" : "are"} deleted from this server, and ${shares === 1 ? "its link stops" : "their links stop"} working for everyone. The conversations in OpenCode stay.</p>`
    : html`<p>${formatCount(shares, "share stays", "shares stay")} readable.</p>`
}
${
  revoke && tokens.length > 0
    ? html`<p>${tokens.length === 1 ? "This token" : `These ${tokens.length} tokens`} can no longer publish: ${tokens.map((name, n) => html`${n === 0 ? "" : ", "}${isolated(name)}`)}.</p>`
    : ""
}
${hasLeft ? html`<p>${signsOut ? "Whoever is signed in with this address is signed out. " : ""}Disable the account at the identity provider first: it decides who can sign in again.</p>` : ""}
<form method="post" action="${base}/admin/confirm">${Object.entries({ ...target, revoke, unshare, proof }).map(
      ([name, value]) => html`<input type="hidden" name="${name}" value="${String(value)}">`,
    )}<p><button>${hasLeft ? `Revoke${signsOut ? ", unshare and sign out" : " and unshare"}` : revoke ? (unshare ? "Revoke and unshare" : "Revoke") : "Unshare"}</button> &nbsp; <a href="${back}">Cancel</a></p></form>`,
  )
}

const describeTarget = (target: AdminTarget, title: string) =>
  target.kind === "share"
    ? html`The share <strong>${isolated(title || "Untitled session")}</strong>.`
    : target.kind === "token"
      ? html`The token <strong>${isolated(target.name)}</strong>, with earlier ones of this name.`
      : html`All of <strong>${isolated(target.email)}</strong>.`

export function adminActionDone({ base, result }: { base: string; result: AdminResult }): Markup {
  const { revoked, removed, undeleted } = result
  return page(
    "Done",
    html`<p>Unshared: ${formatCount(removed, "share")}. Revoked: ${formatCount(revoked.length, "token")}.</p>
${
  undeleted === 0
    ? ""
    : html`<p>Nobody can read them. Objects of ${formatCount(undeleted, "share")} are still being deleted; what fails is tried again every hour, and logged.</p>`
}
<nav><a href="${base}/admin">All shares</a> <a href="${base}/admin/tokens">All tokens</a></nav>`,
  )
}
