import { html } from "hono/html"
import type { ChosenLifetime } from "../shares/chosen-expiry.ts"
import { type Markup, page } from "./layout.ts"

const inWords: Record<ChosenLifetime, string> = {
  "1d": "in one day",
  "7d": "in 7 days",
  "30d": "in 30 days",
  "90d": "in 90 days",
  "365d": "in a year",
  never: "never",
}

/** Asks the owner of a share when it expires. */
export const expiryPage = ({
  base,
  id,
  title,
  expires,
  lifetimes,
  proof,
}: {
  base: string
  id: string
  title: string
  /** ISO 8601, UTC; undefined: never. */
  expires: string | undefined
  /** The choices that the company allows. */
  lifetimes: readonly ChosenLifetime[]
  /** See `formProofs`. */
  proof: string
}): Markup =>
  page(
    "When does it expire?",
    html`<p><strong><bdi>${title || "Untitled session"}</bdi></strong> ${expires === undefined ? "does not expire." : html`expires on <time datetime="${expires}">${expires.slice(0, 10)}</time>.`} A share that has expired is deleted, and its link stops working.</p>
${
  lifetimes.length === 0
    ? html`<p>This server allows no other expiry.</p>`
    : html`<form method="post" action="${base}/mine/expiry"><input type="hidden" name="id" value="${id}"><input type="hidden" name="proof" value="${proof}"><p><label>It expires <select name="lifetime">${lifetimes.map((lifetime) => html`<option value="${lifetime}">${inWords[lifetime]}</option>`)}</select></label></p><p><button>Save</button> &nbsp; <a href="${base}/mine">Cancel</a></p></form>`
}`,
  )
