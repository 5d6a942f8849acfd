import type { InventoryEntry } from "../inventory/inventory-entry.ts"

/** Sort orders of shares, each with the order in which it is most useful. */
export const SORT_ORDERS = {
  updated: { label: "Last changed", key: (entry) => entry.updated, isDescending: true },
  created: { label: "Newest", key: (entry) => entry.created, isDescending: true },
  "-created": { label: "Oldest", key: (entry) => entry.created, isDescending: false },
  // Shares that nobody has read come first: they are looked for to be removed.
  read: { label: "Longest unread", key: (entry) => entry.read ?? "", isDescending: false },
  expires: { label: "Expires next", key: (entry) => entry.expires ?? "~", isDescending: false },
  bytes: { label: "Largest", key: (entry) => entry.bytes, isDescending: true },
  title: { label: "Title", key: (entry) => entry.title.toLowerCase(), isDescending: false },
  owner: { label: "Owner", key: (entry) => entry.owner || "~", isDescending: false },
} as const satisfies Record<
  string,
  { label: string; key: (entry: InventoryEntry) => string | number; isDescending: boolean }
>

export type SortOrder = keyof typeof SORT_ORDERS

export interface ShareFilter {
  /** Words that all have to occur in the title, the owner or the project, in any case. */
  q?: string | undefined
  /** E-mail address of the owner. */
  owner?: string | undefined
  /** Name of the token. */
  token?: string | undefined
  sort: SortOrder
}

/** Reads a filter from the parameters of a request. An unknown sort order is the default one. */
export function parseFilter(parameter: (name: string) => string | undefined): ShareFilter {
  const given = (name: string) => parameter(name)?.trim() || undefined
  const sort = given("sort") ?? ""
  const isKnown = (name: string): name is SortOrder => Object.hasOwn(SORT_ORDERS, name)
  return {
    q: given("q"),
    owner: given("owner")?.toLowerCase(),
    token: given("token"),
    sort: isKnown(sort) ? sort : "updated",
  }
}

/** The shares that match a filter, in its order; equal ones by id. */
export function filterShares(entries: readonly InventoryEntry[], { q = "", owner, token, sort }: ShareFilter) {
  const words = q
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "")
  const matches = (entry: InventoryEntry) =>
    (owner === undefined || entry.owner === owner) &&
    (token === undefined || entry.token === token) &&
    hasWords(entry, words)
  const { key, isDescending } = SORT_ORDERS[sort]
  const keyed = entries.filter(matches).map((entry) => ({ entry, by: key(entry) }))
  const direction = isDescending ? -1 : 1
  keyed.sort((a, b) => (a.by === b.by ? compare(a.entry.id, b.entry.id) : compare(a.by, b.by) * direction))
  return keyed.map(({ entry }) => entry)
}

const compare = <T extends string | number>(a: T, b: T) => (a < b ? -1 : a > b ? 1 : 0)

/** Words are looked for in each field: none matches across two of them. */
function hasWords({ title, owner, project }: InventoryEntry, words: readonly string[]): boolean {
  if (words.length === 0) return true
  const fields = [title, owner, project].map((field) => field.toLowerCase())
  return words.every((word) => fields.some((field) => field.includes(word)))
}
