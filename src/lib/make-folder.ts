import { mkdirSync } from "node:fs"
import path from "node:path"

/**
 * Creates a folder and its missing parents; what exists stays as it is. Node's own `recursive` never returns where a file
 * system refuses new folders with `ENOENT`, as `/proc` does. Throws errors of the file system.
 * @param mode of each created folder, before the umask
 * @param onMade called with each created folder
 */
export function makeFolder(folder: string, { mode = 0o777, onMade = (_: string) => {} } = {}): void {
  if (make(folder, mode, onMade) === "there") return
  const parent = path.dirname(folder)
  if (parent !== folder) makeFolder(parent, { mode, onMade })
  if (make(folder, mode, onMade) === "no parent")
    throw Object.assign(new Error(`ENOENT: cannot create ${folder}`), { code: "ENOENT" })
}

function make(folder: string, mode: number, onMade: (folder: string) => void): "there" | "no parent" {
  try {
    mkdirSync(folder, { mode })
    onMade(folder)
    return "there"
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === "EEXIST") return "there"
    if (code === "ENOENT") return "no parent"
    throw error
  }
}
