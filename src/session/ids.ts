import { type ReadPosition, startOfSession } from "./model.ts"

const USABLE_ID = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/

/**
 * The value if it can be used unescaped in a URL or an attribute: letters, digits, `_` and `-`, at most 64 characters.
 * Otherwise undefined.
 */
export function usableID(value: unknown): string | undefined {
  return typeof value === "string" && USABLE_ID.test(value) ? value : undefined
}

/**
 * Returns a function that assigns unique ids within one session: the id of a message or part if it is usable and not
 * taken, otherwise `fallback`, which is made from the position. A taken id gets a number appended. Deterministic:
 * reading a session again gives the same ids, also after messages were appended.
 * @param state ids assigned so far; updated in place
 */
export function createIDAssigner(
  { given, repeated }: Pick<ReadPosition, "given" | "repeated"> = startOfSession(),
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

export type IDAssigner = ReturnType<typeof createIDAssigner>
