import { execFileSync } from "node:child_process"
import { readdirSync } from "node:fs"
import { open } from "node:fs/promises"
import os from "node:os"
import path from "node:path"
import { expect, onTestFinished, test, vi } from "vitest"
import { type SpooledContent, type TemporaryFile, withTemporaryFiles } from "../../src/lib/temporary-files.ts"
import { temporaryFolder } from "../support/world.ts"

const textOf = async (content: SpooledContent) => {
  const all: Uint8Array[] = []
  for await (const chunk of content.chunks()) all.push(chunk)
  return Buffer.concat(all).toString()
}

/** Creates a temporary folder for one test. */
function ownFolder(folder = temporaryFolder()): string {
  vi.spyOn(os, "tmpdir").mockReturnValue(folder)
  onTestFinished(() => {
    vi.restoreAllMocks()
  })
  return folder
}

test("any range can be read repeatedly and concurrently", async () => {
  await withTemporaryFiles(async ({ make }) => {
    const file = await make()
    const text = "0123456789".repeat(60_000)
    await file.write(Buffer.from(text))
    await file.write(Buffer.from("and more"))
    const part = file.slice(5, text.length + 3)
    expect(part.length).toBe(text.length - 2)
    const read = await Promise.all([textOf(part), textOf(part), textOf(file.slice(7, 7))])
    expect(read).toEqual([`${text.slice(5)}and`, `${text.slice(5)}and`, ""])
  })
})

test("files are unlinked during and after use, also if it fails", async () => {
  const folder = ownFolder()
  let file: TemporaryFile | undefined
  const failed = withTemporaryFiles(async ({ make }) => {
    file = await make()
    await file.write(Buffer.from("private"))
    expect(readdirSync(folder)).toEqual([])
    throw new Error("cut short")
  })
  await expect(failed).rejects.toThrow("cut short")
  expect(readdirSync(folder)).toEqual([])
  await expect(textOf(file!.slice(0, 7))).rejects.toThrow()
})

test("a write error names the folder", () => {
  const folder = ownFolder()
  const module = path.join(import.meta.dirname, "..", "..", "src", "lib", "temporary-files.ts")
  const script = `import { withTemporaryFiles } from ${JSON.stringify(module)}
    const bytes = new Uint8Array(20_000)
    await withTemporaryFiles(async ({ make }) => {
      const file = await make()
      await file.write(bytes)
      await file.write(bytes)
    }).catch(({ code, message }) => console.log(code, message))`
  // Limits files to 16 blocks of 1,024 bytes: on a full disk, a write fails in the same way.
  const args = ["-c", 'ulimit -f 16; exec "$0" --input-type=module --eval "$1"', process.execPath, script]
  const said = execFileSync("bash", args, { encoding: "utf8", env: { ...process.env, TMPDIR: folder } })
  expect(said).toBe(`store-failed Cannot write to the temporary folder ${folder}.\n`)
})

test("a truncated file throws", async () => {
  await withTemporaryFiles(async ({ adopt }) => {
    const empty = adopt(await open("/dev/null", "r"))
    await expect(textOf(empty.slice(0, 5))).rejects.toThrow("shorter")
  })
})
