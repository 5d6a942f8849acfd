import { findSession } from "../session/find-session.ts"
import type { SessionSource } from "../session/source.ts"
import { info, type Terminal } from "./terminal.ts"

/** Finds the session that a command names, as `findSession`. Reading it prints which version of it is read, if need be. */
export function namedSession(
  named: string | undefined,
  quiet: boolean | undefined,
  terminal: Terminal,
  status: { clear(): void },
): SessionSource {
  const source = findSession(named, terminal)
  return {
    ...source,
    read: (use) =>
      source.read((record) => {
        if (record.note !== undefined) {
          status.clear()
          info(terminal, quiet, record.note)
        }
        return use(record)
      }),
  }
}
