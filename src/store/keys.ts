import { ShareError } from "../errors.ts"

const OWN_KEY = /^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*$/
const OWN_PREFIX = /^(?:[A-Za-z0-9._-]+\/)+$/

/** Throws `bad-input` for a key that this package does not create: see `ObjectStore`. */
export function checkKey(key: string): void {
  if (!OWN_KEY.test(key)) throw new ShareError("bad-input", `${JSON.stringify(key)} is not a valid key.`)
}

/** Throws `bad-input` for a prefix that does not consist of whole folder names, each followed by a slash. */
export function checkPrefix(prefix: string): void {
  if (!OWN_PREFIX.test(prefix) || !OWN_KEY.test(prefix.slice(0, -1))) {
    throw new ShareError("bad-input", `${JSON.stringify(prefix)} is not a valid prefix.`)
  }
}

/**
 * Throws `bad-input` for a key that may resolve to a different path. A listing may contain foreign objects under names that
 * this package does not create; they can still be deleted.
 */
export function checkListedKey(key: string): void {
  if (key === "" || key.includes("\0") || key.split("/").some((segment) => segment === "." || segment === "..")) {
    throw new ShareError("bad-input", `${JSON.stringify(key)} cannot be deleted: it is not a plain path.`)
  }
}
