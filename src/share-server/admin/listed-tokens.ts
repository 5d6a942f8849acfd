import type { ObjectStore } from "../../store/object-store.ts"
import type { Inventory } from "../inventory/inventory.ts"
import { listKnown, type PublishToken } from "../shares/tokens.ts"

/** A token as administrators see it. */
export interface ListedToken {
  name: string
  /** E-mail address in lower case; "" if it has no owner. */
  owner: string
  /** ISO 8601, UTC. */
  created: string
  role?: PublishToken["role"]
  /** ISO 8601, UTC; undefined if it is valid. */
  revoked?: string | undefined
  /** Number of its shares; undefined while the inventory is not complete. */
  shares: number | undefined
}

/**
 * All valid tokens, and the revoked ones that have shares, by name. Of the tokens of one name, the valid one stands for
 * all.
 * @param q words that all have to occur in the name or the owner
 */
export async function listedTokens({
  store,
  inventory,
  q = "",
}: {
  store: ObjectStore
  inventory: Inventory
  q?: string
}): Promise<ListedToken[]> {
  const [tokens, { entries, isComplete }] = await Promise.all([listKnown(store), inventory.list()])
  const counts = new Map<string, number>()
  for (const { token } of entries) counts.set(token, (counts.get(token) ?? 0) + 1)
  const byName = new Map<string, ListedToken>()
  for (const { name, owner = "", created, role, revoked } of tokens) {
    const shares = isComplete ? (counts.get(name) ?? 0) : undefined
    const isListed = revoked === undefined || (shares !== 0 && !byName.has(name))
    if (isListed)
      byName.set(name, { name, owner: owner.trim().toLowerCase(), created, ...(role && { role }), revoked, shares })
  }
  const words = q.toLowerCase().split(/\s+/)
  return [...byName.values()].filter(({ name, owner }) =>
    words.every((word) => name.toLowerCase().includes(word) || owner.includes(word)),
  )
}
