// The first step of a release, in .github/workflows/release.yml: writes the addresses of the repository into package.json,
// and the notes of the version into release-notes.md. Fails if something does not fit.
import { readFileSync, writeFileSync } from "node:fs"
import { releaseManifest, releaseNotes } from "./release-manifest.ts"

const { GITHUB_SERVER_URL: server = "", GITHUB_REPOSITORY: repository = "", GITHUB_REF_NAME: tag = "" } = process.env
const changelog = readFileSync("CHANGELOG.md", "utf8")
const manifest = releaseManifest(JSON.parse(readFileSync("package.json", "utf8")), {
  server,
  repository,
  tag,
  changelog,
})
writeFileSync("package.json", `${JSON.stringify(manifest, null, 2)}\n`)
writeFileSync("release-notes.md", `${releaseNotes(changelog, manifest.version)}\n`)
