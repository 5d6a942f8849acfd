import fc from "fast-check"
import { expect, test } from "vitest"
import { withTilde } from "../../src/commands/with-tilde.ts"

const name = fc.stringMatching(/^[a-z]{1,8}$/)

test("a path below the home folder begins with ~, but not a link or another user's folder", () => {
  fc.assert(
    fc.property(name, name, fc.constantFrom("/home/", "/Users/", "C:\\Users\\"), (user, file, root) => {
      const home = `${root}${user}`
      expect(withTilde(`Shared to ${home}/${file}.`, home)).toBe(`Shared to ~/${file}.`)
      expect(withTilde(`"${home}": written`, home)).toBe(`"~": written`)
      for (const text of [`file://${home}/${file}`, `${home}${file}/x`, `/mnt${home}/${file}`])
        expect(withTilde(text, home)).toBe(text)
    }),
  )
})
