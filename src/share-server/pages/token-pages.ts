import { html } from "hono/html"
import { type Markup, page } from "./layout.ts"

interface OwnToken {
  name: string
  created: string
  /** See `formProofs`. */
  proof: string
}

/** @param proof of the form that creates a token; undefined if no more may be created */
export function tokensPage({
  base,
  name,
  tokens,
  proof,
  problem,
}: {
  base: string
  name: string
  tokens: readonly OwnToken[]
  proof: string | undefined
  problem: string | undefined
}): Markup {
  const row = ({ name, created, proof }: OwnToken) => html`<li>
<span>${name}</span> <time datetime="${created}">created ${created.slice(0, 10)}</time>
<form method="post" action="${base}/tokens"><input type="hidden" name="action" value="revoke"><input type="hidden" name="name" value="${name}"><input type="hidden" name="proof" value="${proof}"><button aria-label="Revoke ${name}">Revoke</button></form>
</li>`
  return page(
    "Your publish tokens",
    html`<p>Signed in as ${name}. With a publish token, OpenCode on your machine shares to this server. Anyone who has the token can share and unshare as you, but read nothing.</p>
${problem === undefined ? "" : html`<p role="alert"><strong>${problem}</strong></p>`}
${tokens.length === 0 ? html`<p>You have no tokens.</p>` : html`<ul>${tokens.map(row)}</ul>`}
${
  proof === undefined
    ? ""
    : html`<form method="post" action="${base}/tokens"><input type="hidden" name="action" value="create"><input type="hidden" name="proof" value="${proof}"><p><label>Name, such as the machine <input name="name" required maxlength="40" pattern="[A-Za-z0-9][A-Za-z0-9 ._+\\-]*" autocomplete="off"></label></p><p><button>Create a token</button></p></form>`
}
<p>Shares of a revoked token stay; you can remove them at <a href="${base}/mine">your shares</a>.</p>`,
  )
}

/** The page that shows a new token, once. @param url address of the server with the token in it */
export const newTokenPage = ({ base, name, url }: { base: string; name: string; url: string }): Markup =>
  page(
    "New publish token",
    html`<p>Copy this now: the token <strong>${name}</strong> will not be shown again. Put it into <strong>opencode.json</strong>, for OpenCode 1.19.0 and earlier:</p>
<p><code>${JSON.stringify({ enterprise: { url } })}</code></p>
<p><a href="${base}/tokens">Your publish tokens</a></p>`,
  )
