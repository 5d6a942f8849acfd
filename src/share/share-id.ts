import { nanoid } from "nanoid"

/** Creates an id: 21 characters of nanoid's alphabet. Nearly 126 random bits: the first character is never a hyphen. */
export function newShareId(): string {
  for (;;) {
    const id = nanoid()
    // A leading hyphen would be parsed as a flag on a command line.
    if (!id.startsWith("-")) return id
  }
}

/** Whether the text has the form of a share id. */
export const isShareId = (text: string): boolean => /^[A-Za-z0-9_-]{21}$/.test(text)
