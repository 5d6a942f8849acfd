import { existsSync, readdirSync, readFileSync } from "node:fs"
import path from "node:path"

/**
 * Returns the names, versions and licence texts of the bundled packages.
 * @param root the project's folder
 * @param inputs bundled files relative to `root`, as the bundlers list them
 */
export function notices(root: string, inputs: string[]): string {
  const folders = new Set(inputs.flatMap((file) => packageFolder(file) ?? []))
  const blocks = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(path.join(root, folder, "package.json"), "utf8"))
    const file = readdirSync(path.join(root, folder)).find((entry) => /^licen[cs]e/i.test(entry))
    const text = file ? readFileSync(path.join(root, folder, file), "utf8").trim() : `Licence: ${license}`
    return `${name} ${version} (${license})\n\n${text}\n`
  })
  const line = `\n${"-".repeat(80)}\n\n`
  return `This package contains code of the packages below.\n${line}${blocks.join(line)}`
}

function packageFolder(file: string): string | undefined {
  const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file.replaceAll("\\", "/"))?.[1]
  return found && existsSync(path.join(found, "package.json")) ? found : undefined
}
