import { ShareError } from "../errors.ts"
import type { Removed } from "../share/remove-each.ts"
import type { Removal } from "../share/unshare.ts"
import type { ObjectStore } from "../store/object-store.ts"
import { type Destination, openStore } from "../store/open-store.ts"
import { say, type Terminal } from "./terminal.ts"

/** Says what became of shares that were to be removed. Throws, after all is said, if some were not. */
export function report({ removed, failed }: Removed, flags: { json?: boolean; quiet?: boolean }, terminal: Terminal) {
  for (const removal of removed) say(terminal, flags.quiet, removalInWords(removal))
  for (const { url, error } of failed)
    terminal.stderr.write(`Not removed: ${url}\n  ${error.message}${error.hint ? ` ${error.hint}` : ""}\n`)
  const errors = failed.map(({ error, ...share }) => ({ ...share, code: error.code, message: error.message }))
  if (flags.json) terminal.stdout.write(`${JSON.stringify({ removed, failed: errors })}\n`)
  const [first] = failed
  if (!first) return
  const { code } = (failed.find(({ error }) => error.code === "left-behind") ?? first).error
  const all = removed.length + failed.length
  throw new ShareError(
    code,
    all === 1 ? "The share could not be removed." : `${failed.length} of ${all} shares could not be removed.`,
    { hint: "Run the same command again when the cause is gone: it goes on with what is left." },
  )
}

/** A removal in a sentence or two. */
export function removalInWords({ url, deleted, note }: Removal): string {
  const what =
    deleted === 0
      ? `Nothing was there any more of ${url}.`
      : `Gone: ${url} (${deleted} ${deleted === 1 ? "object" : "objects"} deleted).`
  return note ? `${what} ${note}` : what
}

/** Opens each place once, with the credentials that are given now: they may be others than when it was shared. */
export function openOnce({ profile }: { profile?: string | undefined } = {}) {
  const opened = new Map<string, Promise<ObjectStore>>()
  return {
    open(destination: Destination): Promise<ObjectStore> {
      const place = profile === undefined ? destination : { ...destination, profile }
      const name = JSON.stringify(place)
      const store = opened.get(name) ?? openStore(place, { remembered: true })
      opened.set(name, store)
      return store
    },
    async close(): Promise<void> {
      for (const store of await Promise.allSettled(opened.values()))
        if (store.status === "fulfilled") store.value.close()
    },
  }
}
