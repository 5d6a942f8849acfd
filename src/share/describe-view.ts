import type { AnonymousView } from "./anonymous-access.ts"

/** A description of what an anonymous reader gets, and what to do about it. */
export interface ViewDescription {
  says: string
  remedy?: string
}

/** Describes what an anonymous reader of a link gets; undefined for the page as uploaded. */
export function describeView(view: AnonymousView): ViewDescription | undefined {
  switch (view.seen) {
    case "page":
      return undefined
    case "older":
      return {
        says: `A cache still serves an older version of the page${view.served && ` (${view.served})`}.`,
        remedy: "Configure the cache to respect Cache-Control: no-cache, which every page has, for s/*.",
      }
    case "changed":
      return {
        says: `Anyone with the link can open the page, but a proxy changes it: readers do not get what was uploaded${view.served && ` (${view.served})`}.`,
        remedy: "Turn off HTML rewriting (minification, injected scripts, e-mail obfuscation) for s/*.",
      }
    case "text":
      return {
        says: `The page is served as ${view.why}, so browsers show its source. Anyone with the link can read it.`,
        remedy:
          "Set --public-url to an address that serves HTML as text/html; some services do so only for custom domains.",
      }
    case "download":
      return {
        says: `The page is served as a download (${view.why}), so browsers save it instead of showing it. Anyone with the link can read it.`,
        remedy: "Set --public-url to an address that shows HTML; some services do so only for custom domains.",
      }
    case "compressed":
      return {
        says: "The page is served compressed but without its Content-Encoding header, so browsers cannot show it. Anyone with the link can read it.",
        remedy: "Configure the proxy or cache to keep the Content-Encoding header.",
      }
    case "challenge":
      return {
        says: `The link shows a bot check (${view.by}). Readers may have to pass it; the page could not be checked.`,
        remedy: "Exempt s/* from the bot check.",
      }
    case "sign-in":
      return {
        says: `The link requires a sign-in (${view.at}). Only readers who can sign in there get the page; it could not be checked.`,
        remedy: "To let anyone with a link open it, exempt s/* from the sign-in.",
      }
    case "redirect":
      return {
        says: `The link redirects to ${view.to}, which is not the page.`,
        remedy: "Check that --public-url is the address of this bucket, including its folder.",
      }
    case "refused":
      return { says: `The link is not public: an anonymous request gets status ${view.status}.` }
    case "missing":
      return {
        says: `The link does not lead to the page: it gets status ${view.status}.`,
        remedy: "Check that --public-url is the address of this bucket, including its folder.",
      }
    case "other":
      return {
        says: `The link gets status ${view.status} and a different page.`,
        remedy: "Check that --public-url is the address of this bucket, including its folder.",
      }
    case "unreachable":
      return { says: `The link could not be checked from here (${view.reason}).` }
  }
}
