import {
  type AnonymousView,
  compareWithSent,
  isPageView,
  isPubliclyListable,
  viewAnonymously,
} from "../share/anonymous-access.ts"
import { isCache, isHit } from "../share/cache-headers.ts"
import { describeView } from "../share/describe-view.ts"
import type { ObjectStore } from "../store/object-store.ts"
import type { Finding } from "./finding.ts"

export interface SeenOptions {
  store: ObjectStore
  id: string
  /** The link of a page that is there. */
  url: string
  /** SHA-256 of that page as it was sent, hexadecimal. */
  hash: string
  policy?: string | undefined
}

/** Who can open a link, who can find all links, and what stands in front: what somebody without credentials gets. */
export async function* seenByStranger({ store, id, url, hash, policy }: SeenOptions): AsyncGenerator<Finding> {
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

/** What keeps a page from being one for everybody who opens it. */
const unshown: ReadonlySet<AnonymousView["seen"]> = new Set(["text", "download", "compressed"])

function whoReads(view: AnonymousView, url: string, policy: string | undefined): Finding {
  const about = "Public"
  const { host } = new URL(url)
  switch (view.seen) {
    case "page":
      return { about, state: "ok", says: "whoever has a link can open it, and needs to sign in nowhere" }
    case "unreachable":
      return {
        ...{ about, state: "warn" },
        says: `${host} cannot be reached from here (${view.reason}), so who can open links is not known`,
        remedy: "If readers reach the bucket under another address, name it with --public-url.",
      }
    case "refused":
      return {
        ...{ about, state: "note" },
        says: `no: without signing in, links are answered ${view.status}`,
        ...(policy !== undefined && {
          remedy: "If everybody who has a link should be able to open it, give the bucket the policy below.",
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
  if (!open.includes(true)) return { about, state: "ok", says: "strangers cannot list the bucket" }
  return {
    ...{ about, state: "warn" },
    says: "everybody can list the bucket, and so find every share in it: every id is visible",
    remedy: "Take s3:ListBucket away from the public: from the bucket's policy, and READ from its access control list.",
  }
}

function inFront(view: AnonymousView, before: AnonymousView): Finding {
  const about = "Caches"
  const served = [view, before].map((each) => (isPageView(each) ? each.served : "")).find(isCache)
  if (served === undefined) return { about, state: "ok", says: "none shows itself in front of the bucket" }
  const keeps = isHit(served)
  return {
    ...{ about, state: keeps ? "warn" : "note" },
    says: keeps
      ? `one in front keeps pages (${served}): it may show a share for a while after it is gone`
      : `something stands in front (${served}), and did not keep the page`,
    ...(keeps && { remedy: "Have it respect Cache-Control: no-cache for s/*, which every page is sent with." }),
  }
}
