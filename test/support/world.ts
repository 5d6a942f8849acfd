import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { onTestFinished } from "vitest"
import type { SystemEnvironment } from "../../src/config/paths.ts"

/** An empty folder that is deleted with the test. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), "opencode-bucket-test-")))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** An environment for one test: an empty home, and a repository as the working directory. */
export function ownWorld(
  env: Record<string, string> = {},
): SystemEnvironment & { write: (file: string, content: unknown) => string } {
  const home = temporaryFolder()
  const cwd = path.join(home, "src", "project")
  mkdirSync(path.join(cwd, ".git"), { recursive: true })
  const write = (file: string, content: unknown) => {
    const target = path.resolve(home, file)
    mkdirSync(path.dirname(target), { recursive: true })
    writeFileSync(target, typeof content === "string" ? content : JSON.stringify(content))
    return target
  }
  return { env, home, cwd, platform: "linux", write }
}
