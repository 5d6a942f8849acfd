// Screenshots of the page, for design work:
//
//    npm run screenshots [-- FILE…]
//
// Renders the gallery, the fixtures and the demo, or the given exports, into a temporary folder, opens them in Chromium
// and writes PNGs into screenshots/. Nothing leaves the machine.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { pathToFileURL } from "node:url"
import { sample, samples } from "../src/dev/samples.ts"
import { site } from "../src/render/site/site.ts"
import { exportFile } from "../src/session/export-file.ts"
import { normalizeSession } from "../src/session/normalize.ts"
import type { SessionRecord } from "../src/session/source.ts"
import { findChromium } from "../test/support/chromium.ts"
import { photographer } from "./screenshots/photographer.ts"
import { details, sheets } from "./screenshots/sheets.ts"

const executable = findChromium()
if (!executable) {
  console.error("No Chromium was found on this machine. Install one, or set CHROMIUM_PATH.")
  process.exit(2)
}
const out = path.join(path.dirname(import.meta.dirname), "screenshots")
const folder = mkdtempSync(path.join(os.tmpdir(), "opencode-bucket-screenshots-"))
const photos = await photographer(executable, out)
try {
  const files = process.argv.slice(2)
  for (const file of files)
    await exportFile(file).read((record) => picturesOf(path.basename(file, path.extname(file)), record))
  if (files.length === 0) for (const name of samples()) await picturesOf(name, sample(name))
} finally {
  await photos.close()
  rmSync(folder, { recursive: true, force: true })
}
console.log(`${photos.taken()} pictures in ${out}`)

async function picturesOf(name: string, record: SessionRecord): Promise<void> {
  process.stderr.write(`${name}…\n`)
  const pages = await draw(name, record)
  const find = (wanted: RegExp) => pages.find((page) => wanted.test(page))
  const url = (page: string) => pathToFileURL(path.join(folder, name, page)).href
  for (const { page: wanted, label, full, ...setting } of sheets) {
    const page = find(wanted)
    if (page) await photos.page(`${name}-${label}`, url(page), setting, full)
  }
  const conversation = pages.filter((page) => /^(?:index|\d+)\.html$/.test(page)).map(url)
  for (const { setting, label, parts } of details)
    await photos.details((part) => `${name}-detail-${part}-${label}`, conversation, setting, parts)
}

/** Renders a share into the temporary folder. Returns its pages in reading order. */
async function draw(name: string, record: SessionRecord): Promise<string[]> {
  const pages: string[] = []
  for await (const file of site(normalizeSession(record), { id: "screenshots", version: "0", live: false })) {
    const target = path.join(folder, name, file.path)
    mkdirSync(path.dirname(target), { recursive: true })
    writeFileSync(target, await file.render())
    if (file.path === "index.html") pages.unshift(file.path)
    else if (file.path.endsWith(".html")) pages.push(file.path)
  }
  return pages
}
