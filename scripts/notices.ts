import { existsSync, readdirSync, readFileSync } from "node:fs"
import path from "node:path"

/** A package whose code is in the bundle. */
export interface BundledPackage {
  name: string
  version: string
  /** SPDX identifier or expression. */
  license: string
  /** Text of its licence, if it has a file with it. */
  text: string | undefined
}

/**
 * The packages that bundled files belong to, by name.
 * @param root the project's folder
 * @param inputs bundled files relative to `root`, as the bundlers list them
 */
export function bundledPackages(root: string, inputs: string[]): BundledPackage[] {
  const folders = new Set(inputs.flatMap((file) => packageFolder(file) ?? []))
  return [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(path.join(root, folder, "package.json"), "utf8"))
    const file = readdirSync(path.join(root, folder)).find((entry) => /^licen[cs]e/i.test(entry))
    const text = file ? readFileSync(path.join(root, folder, file), "utf8").trim() : undefined
    return { name, version, license, text }
  })
}

/** The names, versions and licence texts of the bundled packages. */
export function notices(packages: readonly BundledPackage[]): string {
  const blocks = packages.map(
    ({ name, version, license, text }) => `${name} ${version} (${license})\n\n${text ?? `Licence: ${license}`}\n`,
  )
  const line = `\n${"-".repeat(80)}\n\n`
  return `This package contains code of the packages below.\n${line}${blocks.join(line)}`
}

/**
 * A software bill of materials of the bundled packages, as CycloneDX: scanners find them there, since the published
 * package has no dependencies. https://cyclonedx.org/docs/1.6/json/
 */
export function billOfMaterials(own: { name: string; version: string }, packages: readonly BundledPackage[]): string {
  const component = ({ name, version }: { name: string; version: string }, type: string) => {
    const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`
    return { type, "bom-ref": purl, name, version, purl }
  }
  const document = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { component: component(own, "application") },
    components: packages.map((each) => ({
      ...component(each, "library"),
      licenses: [/[ ()]/.test(each.license) ? { expression: each.license } : { license: { id: each.license } }],
    })),
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

function packageFolder(file: string): string | undefined {
  const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file.replaceAll("\\", "/"))?.[1]
  return found && existsSync(path.join(found, "package.json")) ? found : undefined
}
