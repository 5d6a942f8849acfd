import type { DatabaseSync } from "node:sqlite"

/** Common interface of `node:sqlite` and `bun:sqlite`. Parameters are numbered: `?1`. */
export interface QueryableDatabase {
  prepare(sql: string): {
    all(...parameters: (string | number | null)[]): unknown[]
    iterate(...parameters: (string | number | null)[]): IterableIterator<unknown>
  }
}

/**
 * Loads Node's SQLite; undefined if it is not available. Suppresses the experimental warning of some Node versions:
 * stderr is for people.
 */
export function sqlite(): { DatabaseSync: typeof DatabaseSync } | undefined {
  const emitWarning = process.emitWarning
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    if (/SQLite is an experimental feature/.test(String(warning))) return
    Reflect.apply(emitWarning, process, [warning, ...rest])
  }) as typeof process.emitWarning
  try {
    return process.getBuiltinModule("node:sqlite")
  } finally {
    process.emitWarning = emitWarning
  }
}
