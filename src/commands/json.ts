import type { Terminal } from "./terminal.ts"

const written = new WeakSet<Terminal["stdout"]>()

/** Prints the one object of `--json` on stdout. */
export function writeJson({ stdout }: Pick<Terminal, "stdout">, value: object): void {
  written.add(stdout)
  stdout.write(`${JSON.stringify(value)}\n`)
}

export const isJsonWritten = ({ stdout }: Pick<Terminal, "stdout">): boolean => written.has(stdout)
