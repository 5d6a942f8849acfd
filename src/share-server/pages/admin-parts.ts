import { html } from "hono/html"
import { formatCount, groupThousands } from "../../lib/format-count.ts"
import type { AdminAction } from "../admin/admin-action.ts"

/** One page of a list. */
export interface ListPage<T> {
  items: readonly T[]
  total: number
  /** From 1. */
  number: number
  count: number
}

/** Text of others, which must not change the direction of what is around it. */
export const isolated = (text: string) => html`<bdi>${text}</bdi>`
/** The day of a time. */
export const day = (time: string) => html`<time datetime="${time}">${time.slice(0, 10)}</time>`

/** A button that leads to the page that asks. */
export const actionButton = (base: string, { target, revoke, unshare }: AdminAction, text: string, label = text) =>
  html`<form action="${base}/admin/confirm">${Object.entries({ ...target, revoke, unshare }).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${String(value)}">`,
  )}<button aria-label="${label}">${text}</button></form>`

/** A query of the parameters that are given. */
export const query = (parameters: Record<string, string | number | undefined>) => {
  const given = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [[name, String(value)]],
  )
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`
}

/** Links to the pages before and after. */
export function pager({ number, count }: Pick<ListPage<unknown>, "number" | "count">, urlOf: (page: number) => string) {
  if (count <= 1) return ""
  const link = (to: number, text: string) => (to < 1 || to > count ? "" : html`<a href="${urlOf(to)}">${text}</a>`)
  return html`<nav aria-label="Pages">${link(number - 1, "Previous")} ${link(number + 1, "Next")} <span>Page ${groupThousands(number)} of ${groupThousands(count)}</span></nav>`
}

/** How many there are, and which page this is. */
export function summary({ items, total, number }: ListPage<unknown>, noun: string): string {
  if (total === 0) return `No ${noun}s.`
  const all = formatCount(total, noun)
  return items.length === total ? `${all}.` : `${all}; page ${groupThousands(number)}.`
}
