import { ShareError } from "../errors.ts"

const ownKey = /^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*$/
const ownPrefix = /^(?:[A-Za-z0-9._-]+\/)+$/

/** Raises `bad-input` for a key that this package does not make: see `ObjectStore`. */
export function checkKey(key: string): void {
  if (!ownKey.test(key)) throw new ShareError("bad-input", `${JSON.stringify(key)} is not a key that can be stored.`)
}

/** Raises `bad-input` for a prefix that is not whole folder names, each ended by a slash. */
export function checkPrefix(prefix: string): void {
  if (!ownPrefix.test(prefix) || !ownKey.test(prefix.slice(0, -1))) {
    throw new ShareError("bad-input", `${JSON.stringify(prefix)} is not a prefix that can be listed.`)
  }
}

/**
 * Raises `bad-input` for a key that may mean another place than it says. What a listing shows may have been put there
 * by somebody else, under a name that this package would not choose, and can still be deleted.
 */
export function checkListedKey(key: string): void {
  if (key === "" || key.includes("\0") || key.split("/").some((segment) => segment === "." || segment === "..")) {
    throw new ShareError("bad-input", `${JSON.stringify(key)} is not a key that can be deleted.`)
  }
}
