import { messagesFrom, type SessionRecord } from "../session/source.ts"
import { forEachString } from "./map-strings.ts"
import { isHighEntropy } from "./values/entropy.ts"
import { isHarmlessShape } from "./values/judge.ts"
import { isPlaceholder } from "./values/placeholders.ts"

const WORD = /(?<![\w+/=.-])[A-Za-z0-9+_-]{20,120}={0,2}(?![\w+/=-])/g
const MAX_SUSPECTS = 50
/** Names of files, branches and models have separators; hashes and ids are of one case. */
const isMixed = (word: string) => /[a-z]/.test(word) && /[A-Z]/.test(word) && /\d/.test(word)

/**
 * Finds what a redacted record nearly had for a secret: words as random as keys, but without a name or a known shape.
 * At most 50, in order of appearance.
 */
export async function findSuspects(record: SessionRecord): Promise<string[]> {
  const found = new Set<string>()
  const look = (text: string) => {
    for (const [word] of text.matchAll(WORD))
      if (
        found.size < MAX_SUSPECTS &&
        isMixed(word) &&
        isHighEntropy(word) &&
        !isHarmlessShape(word) &&
        !isPlaceholder(word)
      )
        found.add(word)
  }
  forEachString(record.info, look)
  for await (const message of messagesFrom(record, 0)) forEachString(message, look)
  for (const child of record.children) for (const one of await findSuspects(child)) found.add(one)
  return [...found].slice(0, MAX_SUSPECTS)
}
