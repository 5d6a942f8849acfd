import { ShareError } from "../errors.ts"

interface Waiting {
  weight: number
  enter(): void
}

interface Person {
  who: string
  inside: number
  /** When they were let in last, as a number that grows. */
  last: number
  line: Set<Waiting>
}

export interface TurnstileOptions {
  /** So much may be inside at once; what is heavier goes alone. */
  atOnce: number
  /** So much of that for each of those who ask; all of it, unless given. */
  each?: number
  /** So many may wait; and so many for each of those who ask. */
  line: number
  lineEach?: number
  /** Milliseconds that anybody waits at most. */
  wait: number
}

/**
 * Lets so many do something at once, or so much of them where they have a weight; others wait their turn. Whoever has less
 * inside, and was let in longer ago, goes first, so that nobody gets more than a share of it while others wait. Throws
 * `store-busy` for who would wait too long, or in too long a line.
 */
export function turnstile({ atOnce, each = atOnce, line, lineEach = line, wait }: TurnstileOptions) {
  let inside = 0
  let inLine = 0
  let round = 0
  const people = new Map<string, Person>()
  /** Those of them who wait. */
  const waiting = new Set<Person>()

  function personOf(who: string): Person {
    const known = people.get(who) ?? { who, inside: 0, last: 0, line: new Set() }
    people.set(who, known)
    return known
  }

  function forget(person: Person): void {
    if (person.inside === 0 && person.line.size === 0) people.delete(person.who)
  }

  const isFree = (weight: number) => inside === 0 || inside + weight <= atOnce
  const mayHave = (person: Person, weight: number) => person.inside === 0 || person.inside + weight <= each

  function letIn(person: Person, weight: number): void {
    inside += weight
    person.inside += weight
    person.last = ++round
  }

  /** Whose turn it is among those who may have more, and what they wait for. */
  function next(): { person: Person; one: Waiting } | undefined {
    let found: { person: Person; one: Waiting } | undefined
    for (const person of waiting) {
      const one: Waiting = person.line.values().next().value!
      if (mayHave(person, one.weight) && (!found || isBefore(person, found.person))) found = { person, one }
    }
    return found
  }

  function admit(): void {
    for (let turn = next(); turn !== undefined && isFree(turn.one.weight); turn = next()) {
      leaveLine(turn.person, turn.one)
      letIn(turn.person, turn.one.weight)
      turn.one.enter()
    }
  }

  function leaveLine(person: Person, one: Waiting): void {
    inLine--
    person.line.delete(one)
    if (person.line.size === 0) waiting.delete(person)
  }

  async function enter(weight: number, person: Person): Promise<void> {
    const isFirst = person.line.size === 0 && next() === undefined
    if (isFirst && isFree(weight) && mayHave(person, weight)) return letIn(person, weight)
    if (inLine >= line || person.line.size >= lineEach) {
      forget(person)
      throw tooBusy()
    }
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        leaveLine(person, one)
        forget(person)
        reject(tooBusy())
        admit()
      }, wait)
      const one: Waiting = {
        weight,
        enter() {
          clearTimeout(timer)
          resolve()
        },
      }
      inLine++
      person.line.add(one)
      waiting.add(person)
    })
  }

  /** @param who whose work it is */
  return async <T>(work: () => Promise<T>, weight = 1, who = ""): Promise<T> => {
    const person = personOf(who)
    await enter(weight, person)
    try {
      return await work()
    } finally {
      inside -= weight
      person.inside -= weight
      forget(person)
      admit()
    }
  }
}

const isBefore = (a: Person, b: Person) => a.inside < b.inside || (a.inside === b.inside && a.last < b.last)

/** Does something for each of these, a few at a time; gives what came of it, in their order. */
export function forEach<A, B>(items: readonly A[], work: (item: A) => Promise<B>): Promise<B[]> {
  const few = turnstile({ atOnce: 16, line: items.length, wait: 60_000 })
  return Promise.all(items.map((item) => few(() => work(item))))
}

const tooBusy = () =>
  new ShareError("store-busy", "The server has too much to do at the moment.", { hint: "Try again in a minute." })

/** Counts what each of many does, up to so many a minute; what is saved up is one minute's worth. */
export function ratePerMinute(limit: number, now: () => number = Date.now) {
  const left = new Map<string, { tokens: number; at: number }>()
  return (who: string): boolean => {
    const time = now()
    const known = left.get(who) ?? { tokens: limit, at: time }
    const tokens = Math.min(limit, known.tokens + ((time - known.at) / 60_000) * limit)
    left.delete(who)
    left.set(who, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: time })
    if (left.size > 100_000) left.delete(left.keys().next().value as string)
    return tokens >= 1
  }
}
