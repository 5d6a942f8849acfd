import { nanoid } from "nanoid"

/** A new id: 21 characters of nanoid's alphabet, 126 random bits less what the first one gives up. */
export function newShareId(): string {
  for (;;) {
    const id = nanoid()
    // On a command line, what begins with a hyphen is read as a flag.
    if (!id.startsWith("-")) return id
  }
}

/** Whether this can be the id of a share. */
export const isShareId = (text: string): boolean => /^[A-Za-z0-9_-]{21}$/.test(text)
