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
        says: `A cache in front still shows an older version${view.served && ` (${view.served})`}.`,
        remedy: "Have it respect Cache-Control: no-cache for s/*, which every page is sent with.",
      }
    case "changed":
      return {
        says: `Everybody can open the page, but something in front changes it: what readers get is not what was sent${view.served && ` (${view.served})`}.`,
        remedy: "Switch off what rewrites HTML there (minifying, injected scripts, e-mail obfuscation) for s/*.",
      }
    case "text":
      return {
        says: `The page is served as ${view.why}, so browsers show its source instead of the page; everybody who has the link can read that.`,
        remedy:
          "Name an address that serves HTML as text/html with --public-url: some services do so only under a domain of your own.",
      }
    case "download":
      return {
        says: `The page is served as a download (${view.why}), so browsers save it instead of showing it; everybody who has the link can read that.`,
        remedy:
          "Name an address that shows HTML with --public-url: some services do so only under a domain of your own.",
      }
    case "compressed":
      return {
        says: "The page is served compressed without saying so (its Content-Encoding is lost), so browsers show bytes instead of the page; everybody who has the link can read those.",
        remedy: "Have the proxy or cache in front pass Content-Encoding on.",
      }
    case "challenge":
      return {
        says: `A bot check stands in front of the link (${view.by}): readers may have to pass it, and what is behind it cannot be seen from here.`,
        remedy: "Exempt s/* from it.",
      }
    case "sign-in":
      return {
        says: `A sign-in stands in front of the link (${view.at}): who cannot sign in there does not get to the page, and who can cannot be seen from here.`,
        remedy: "If everybody who has a link should be able to open it, exempt s/* from it.",
      }
    case "redirect":
      return {
        says: `The link redirects to ${view.to}, which is not the page.`,
        remedy: "Check that --public-url is the address of this bucket, including its folder.",
      }
    case "refused":
      return { says: `The link is not public: who opens it without signing in is answered ${view.status}.` }
    case "missing":
      return {
        says: `The link is answered ${view.status} and not with the page.`,
        remedy: "Check that --public-url is the address of this bucket, including its folder.",
      }
    case "other":
      return {
        says: `The link is answered ${view.status}, but with something else than the page.`,
        remedy: "Check that --public-url is the address of this bucket, including its folder.",
      }
    case "unreachable":
      return { says: `Whether others can open the link cannot be told from here (${view.reason}).` }
  }
}
