import { randomBytes } from "node:crypto"
import { link, mkdir, open, rename, unlink } from "node:fs/promises"
import path from "node:path"
import { ShareError } from "../errors.ts"

/**
 * Writes a file, which has its name only once it is whole. What is there is left alone (`bad-usage`) unless `force` is
 * given. Throws `bad-input` where it cannot be written. Returns how many bytes it has.
 */
export async function writeOutput(
  file: string,
  pieces: AsyncIterable<string>,
  { force = false }: { force?: boolean | undefined } = {},
): Promise<number> {
  const unfinished = `${file}.${randomBytes(6).toString("hex")}.part`
  try {
    await mkdir(path.dirname(file), { recursive: true })
    const handle = await open(unfinished, "wx")
    let size = 0
    try {
      for await (const piece of gathered(pieces)) {
        await handle.writeFile(piece)
        size += piece.length
      }
    } finally {
      await handle.close()
    }
    if (force) await rename(unfinished, file)
    else
      await link(unfinished, file).catch((error: NodeJS.ErrnoException) => {
        throw error.code === "EEXIST" ? alreadyThere(file) : error
      })
    return size
  } catch (error) {
    throw errorOf(error, file)
  } finally {
    await unlink(unfinished).catch(() => {})
  }
}

/** Throws `bad-usage` for a file or a folder with something in it, before any work is done for it. */
export const alreadyThere = (place: string) =>
  new ShareError("bad-usage", `${place} is there already.`, {
    hint: "Give another --output, or --force to write over it.",
  })

/** Pieces as bytes, in larger ones. */
export async function* gathered(pieces: AsyncIterable<string>): AsyncGenerator<Buffer> {
  let text = ""
  for await (const piece of pieces) {
    text += piece
    if (text.length < 100_000) continue
    yield Buffer.from(text)
    text = ""
  }
  if (text !== "") yield Buffer.from(text)
}

function errorOf(error: unknown, file: string): unknown {
  if (error instanceof ShareError) return error
  const code = (error as NodeJS.ErrnoException).code
  if (typeof code !== "string" || !/^E[A-Z]+$/.test(code)) return error
  return new ShareError("bad-input", `The file ${file} cannot be written (${code}).`, {
    hint: "Give another --output: a file or a folder that you may write.",
    cause: error,
  })
}
