import { type MessagesRead, nothingRead } from "./model.ts"

const usable = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/

/** An id that may be used in an address or an attribute as it is: letters, digits, `_` and `-`, 64 at most. */
export function usableID(value: unknown): string | undefined {
  return typeof value === "string" && usable.test(value) ? value : undefined
}

/**
 * Gives every message and part of one session an id of its own: the one it has, if it is usable and new, and otherwise
 * `fallback`, which is made from the position. An id that was given before gets a number behind it. The same session
 * read again gives the same ids, and so does one that has grown at its end. What was given before is kept
 * up to date.
 */
export function idMaker(
  { given, repeated }: Pick<MessagesRead, "given" | "repeated"> = nothingRead(),
): (value: unknown, fallback: string) => string {
  return (value, fallback) => {
    const wanted = usableID(value) ?? fallback
    let id = wanted
    if (given.has(id)) {
      let count = repeated.get(wanted) ?? 1
      do id = `${wanted}-${++count}`
      while (given.has(id))
      repeated.set(wanted, count)
    }
    given.add(id)
    return id
  }
}

export type IDMaker = ReturnType<typeof idMaker>
