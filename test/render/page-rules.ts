import { expect } from "vitest"
import { type Element, readHtml } from "./read-html.ts"

/** Allowed elements with their attributes, beside the global ones. */
const elements: Record<string, string> = {
  html: "lang data-page data-live",
  head: "",
  meta: "charset http-equiv content name property",
  title: "",
  link: "rel type href",
  script: "",
  body: "",
  a: "href rel",
  img: "src alt loading",
  details: "open",
  time: "datetime title",
  ol: "start",
  pre: "",
  span: "data-n role",
  "c-": `k s c f t n d i h ab ai au as ad av ${Array.from({ length: 16 }, (_, i) => `a${i} b${i}`).join(" ")}`,
  "l-": "o n add del gap",
  section: "aria-labelledby",
  svg: "role x",
  g: "aria-hidden",
  rect: "x width",
  text: "x",
  path: "d",
  div: "data-page",
  nav: "popover",
  input: "type name value checked",
  button: "type popovertarget",
}
for (const name of (
  "header footer main aside fieldset legend label h1 h2 h3 h4 h5 h6 p b ul li dl dt dd blockquote hr br figure figcaption code mark small " +
  "strong em del kbd sub sup summary table thead tbody tr th td"
).split(" "))
  elements[name] = ""
const anywhere = ["id", "class", "dir", "tabindex", "aria-label"]
const allowed = new Map(
  Object.entries(elements).map(([name, attributes]) => [name, new Set([...anywhere, ...attributes.split(" ")])]),
)

const values: Record<string, RegExp> = {
  id: /^(?:_(?:changes|main|outline|failures|view-(?:conversation|work|everything)|f-[0-9a-f]{10})$|[A-Za-z][\w.-]{0,80}$)/,
  type: /^(?:radio|button|application\/json|text\/markdown)$/,
  popovertarget: /^_outline$/,
  "data-page": /^[\w-]+\.html$/,
  class: /^[a-z0-9_ -]{0,60}$/,
  dir: /^auto$/,
  tabindex: /^(?:0|-1)$/,
  href: /^(?:https?:\/\/[^/]|mailto:[^/]|#(?:_main|_f-[0-9a-f]{10}|[A-Za-z][\w.-]*)$|page-[0-9a-f]{16}\.css$|[\w-]+\.(?:html|json|md)(?:#[\w.-]+)?$|files\/[0-9a-f]{32}\.[a-z]+$|data:,$)/,
  src: /^files\/[0-9a-f]{32}\.(?:png|jpg|gif|webp|avif)$/,
  rel: /^(?:noopener noreferrer nofollow|prev|next|alternate|icon|stylesheet)$/,
  "data-n": /^\d+(?:\n\d*)*$/,
  o: /^\d+$/,
  n: /^\d*$/,
  start: /^\d+$/,
  x: /^(?:100|\d{1,2}(?:\.\d{1,2})?)%$/,
  width: /^(?:100|\d{1,2}(?:\.\d{1,2})?)%$/,
  // In a token's element, an attribute without a value is its style.
  d: /^(?:M-4 5L0-5M1 5L5-5)?$/,
  "http-equiv": /^Content-Security-Policy$/,
}

const policy =
  /^default-src 'none'; style-src 'self' file:; script-src(?: 'sha256-[A-Za-z0-9+/=]{44}'){2}; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'$/

/** What is not allowed of an element: itself, attributes, values. An `expect` for each would take most of a test's time. */
function forbidden({ name, attributes }: Element): string[] {
  const own = allowed.get(name)
  if (!own) return [`<${name}>`]
  const wrong = [...attributes].filter(
    ([attribute, value]) => !own.has(attribute) || values[attribute]?.test(value) === false,
  )
  // External links pass no referrer.
  const isExternal = /^(?:https?|mailto):/.test(attributes.get("href") ?? "")
  if (isExternal && attributes.get("rel") !== "noopener noreferrer nofollow")
    wrong.push(["rel", attributes.get("rel") ?? ""])
  return wrong.map(([attribute, value]) => `<${name} ${attribute}="${value}">`)
}

/** Expects a page to hold only markup that this package's components write. */
function expectPage(html: string): { elements: Element[]; text: string; anchors: string[] } {
  expect(html).toMatch(
    /^<!doctype html><html lang="en" data-page="[\w-]+\.html"(?: data-live)?><head><meta charset="utf-8">/i,
  )
  const read = readHtml(html)
  expect(read.elements.flatMap(forbidden)).toEqual([])
  const named = (name: string) => read.elements.filter((element) => element.name === name)
  const sheets = named("link").filter(({ attributes }) => attributes.get("rel") === "stylesheet")
  expect(sheets.map(({ attributes }) => attributes.get("href"))).toEqual([expect.stringMatching(/\.css$/)])
  expect(named("script").map(({ inside, attributes }) => [inside, attributes.size])).toEqual([[["html", "head"], 0]])
  expect(
    named("meta")
      .find(({ attributes }) => attributes.has("http-equiv"))!
      .attributes.get("content"),
  ).toMatch(policy)
  const anchors = read.elements.flatMap(({ attributes }) => attributes.get("id") ?? [])
  expect(anchors.length).toBe(new Set(anchors).size)
  return { ...read, anchors }
}

/** Expects all pages of a share to be valid, and all link targets in the share to exist. */
export function expectShare(files: Map<string, string>): void {
  const pages = [...files].filter(([path]) => path.endsWith(".html"))
  const read = new Map(pages.map(([path, html]) => [path, expectPage(html)]))
  const anchors = new Map([...read].map(([path, page]) => [path, new Set(page.anchors)]))
  const leadsNowhere = (page: string, target: string) => {
    const [path, anchor] = target.split("#")
    return !files.has(path || page) || (anchor && !anchors.get(path || page)?.has(anchor))
  }
  for (const [page, { elements }] of read) {
    const targets = elements.flatMap(({ attributes }) => attributes.get("href") ?? attributes.get("src") ?? [])
    const own = targets.filter((target) => !/^(?:https?:|mailto:|data:,$)/.test(target))
    expect(own.filter((target) => leadsNowhere(page, target)).map((target) => `${page}: ${target}`)).toEqual([])
  }
}
