/** Owner in the addresses of package.json until a release names the real one. */
const PLACEHOLDER = "OWNER/opencode-bucket"

export interface ReleaseFacts {
  /** `GITHUB_SERVER_URL`: `https://github.com`. */
  server: string
  /** `GITHUB_REPOSITORY`: `owner/name`. */
  repository: string
  /** `GITHUB_REF_NAME`: `v1.2.3`. */
  tag: string
  /** Text of CHANGELOG.md. */
  changelog: string
}

interface Manifest {
  version: string
  repository: { type: string; url: string }
  homepage: string
  bugs: string
}

/**
 * The manifest with the addresses of the repository that releases it. Throws if the tag is not that of the version, if the
 * changelog has no section for it, or if an address is no placeholder and names another repository.
 */
export function releaseManifest<T extends Manifest>(
  manifest: T,
  { server, repository, tag, changelog }: ReleaseFacts,
): T {
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) throw new Error(`GITHUB_REPOSITORY is "${repository}", not owner/name.`)
  if (tag !== `v${manifest.version}`) throw new Error(`The tag ${tag} is not that of version ${manifest.version}.`)
  if (releaseNotes(changelog, manifest.version) === "")
    throw new Error(`CHANGELOG.md has nothing under "## ${manifest.version}".`)
  const filled = (address: string) => {
    const real = address.replace(`https://github.com/${PLACEHOLDER}`, `${server}/${repository}`)
    if (!real.includes(`${server}/${repository}`)) throw new Error(`package.json names ${address}, not ${repository}.`)
    return real
  }
  return {
    ...manifest,
    repository: { ...manifest.repository, url: filled(manifest.repository.url) },
    homepage: filled(manifest.homepage),
    bugs: filled(manifest.bugs),
  }
}

/** The section of a version in the changelog; "" if there is none. */
export function releaseNotes(changelog: string, version: string): string {
  const sections = changelog.split(/^## /m).slice(1)
  const section = sections.find((each) => each.split("\n")[0]?.trim().split(" ")[0] === version)
  return section?.split("\n").slice(1).join("\n").trim() ?? ""
}
