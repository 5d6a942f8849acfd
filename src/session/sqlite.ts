import type { DatabaseSync } from "node:sqlite"

/**
 * Node's SQLite, or undefined where there is none. On the Node versions that still call it experimental, that one
 * warning is not printed: stderr is for people.
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
