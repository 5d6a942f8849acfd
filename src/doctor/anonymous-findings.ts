import {
  type AnonymousView,
  compareWithSent,
  isDeliveredPage,
  isPubliclyListable,
  viewAnonymously,
} from "../share/anonymous-access.ts"
import { isCache, isHit } from "../share/cache-headers.ts"
import { describeView } from "../share/describe-view.ts"
import type { ObjectStore } from "../store/object-store.ts"
import type { Finding } from "./finding.ts"

export interface AnonymousFindingsOptions {
  store: ObjectStore
  id: string
  /** The link of a page that is stored. */
  url: string
  /** SHA-256 of the page as uploaded, hexadecimal. */
  hash: string
  policy?: string | undefined
}

/** Checks without credentials who can open a link, who can list the bucket, and whether a cache is in front. */
export async function* anonymousFindings({
  store,
  id,
  url,
  hash,
  policy,
}: AnonymousFindingsOptions): AsyncGenerator<Finding> {
  if (url.startsWith("file:")) {
    yield {
      about: "Public",
      state: "note",
      says: "links open on this machine only",
      remedy: "Name a bucket with --to.",
    }
    return
  }
  const view = await compareWithSent(await viewAnonymously(url, id), { hash }, url, id)
  yield whoReads(view, url, policy)
  yield await whoLists(store)
  if (view.seen !== "unreachable") yield inFront(await viewAnonymously(url, id), view)
}

/** Deliveries that browsers do not show as a page. */
const unshown: ReadonlySet<AnonymousView["seen"]> = new Set(["text", "download", "compressed"])

function whoReads(view: AnonymousView, url: string, policy: string | undefined): Finding {
  const about = "Public"
  const { host } = new URL(url)
  switch (view.seen) {
    case "page":
      return { about, state: "ok", says: "anyone with a link can open it, without signing in" }
    case "unreachable":
      return {
        about,
        state: "warn",
        says: `${host} cannot be reached from here (${view.reason}), so it is unknown who can open links`,
        remedy: "If readers reach the bucket under another address, name it with --public-url.",
      }
    case "refused":
      return {
        about,
        state: "note",
        says: `no: without credentials, links return status ${view.status}`,
        ...(policy !== undefined && {
          remedy: "If anyone with a link should be able to open it, apply the policy below to the bucket.",
          paste: { name: "Bucket policy", text: JSON.stringify(JSON.parse(policy), null, 2) },
        }),
      }
    default: {
      const { says, remedy } = describeView(view)!
      const sentence = says.charAt(0).toLowerCase() + says.slice(1).replace(/\.$/, "")
      const state = unshown.has(view.seen) ? "fail" : "warn"
      return { about, state, says: sentence, ...(remedy !== undefined && { remedy }) }
    }
  }
}

async function whoLists(store: ObjectStore): Promise<Finding> {
  const about = "Listing"
  const open = await Promise.all(store.listings().map((address) => isPubliclyListable(address)))
  if (!open.includes(true)) return { about, state: "ok", says: "the bucket cannot be listed without credentials" }
  return {
    about,
    state: "warn",
    says: "anyone can list the bucket and so find every share in it",
    remedy: "Remove public s3:ListBucket access from the bucket policy, and public READ from its access control list.",
  }
}

function inFront(view: AnonymousView, before: AnonymousView): Finding {
  const about = "Caches"
  const served = [view, before].map((each) => (isDeliveredPage(each) ? each.served : "")).find(isCache)
  if (served === undefined) return { about, state: "ok", says: "none detected" }
  const keeps = isHit(served)
  return {
    about,
    state: keeps ? "warn" : "note",
    says: keeps
      ? `a cache keeps pages (${served}) and may serve a share for a while after it is removed`
      : `a cache responds (${served}), but did not keep the page`,
    ...(keeps && { remedy: "Configure it to respect Cache-Control: no-cache for s/*." }),
  }
}
