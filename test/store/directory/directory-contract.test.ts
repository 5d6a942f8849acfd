import { mkdtemp, rename, rm, symlink } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { directoryStore } from "../../../src/store/directory/directory.ts"
import { storeContract } from "../contract.ts"

async function folder() {
  const root = await mkdtemp(path.join(tmpdir(), "opencode-bucket-store-"))
  const open = async (name: string) => directoryStore(path.join(root, name))
  return {
    open,
    // A folder that has become a symbolic link refuses what is behind it, whoever runs the tests.
    protectable: {
      open,
      protect: async (name: string, key: string) => {
        const parent = path.join(root, name, path.dirname(key))
        const away = path.join(root, "away")
        await rename(parent, away)
        await symlink(away, parent)
        return async () => {
          await rm(parent)
          await rename(away, parent)
        }
      },
    },
    close: () => rm(root, { recursive: true, force: true }),
  }
}

storeContract("local folder", folder, {
  openVersioned: "a folder holds one content for each name",
  headers: "a file has no headers; the web server makes them",
})
