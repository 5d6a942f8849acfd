// Shares a bundled session into demo/out, as a user would. Nothing leaves this machine, and the user's own destination
// is neither used nor changed. (If sharing is disabled, it is disabled here too.)
import { spawnSync } from "node:child_process"
import path from "node:path"

const root = path.dirname(import.meta.dirname)
// Not a hidden folder: sandboxed browsers may not open files in one.
const out = path.join(root, "demo", "out")

const settings = Object.keys(process.env).filter((name) => name.startsWith("OPENCODE_BUCKET_"))
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !settings.includes(name)))
const { status, stdout, error } = spawnSync(
  process.execPath,
  [path.join(root, "bin", "opencode-bucket.js"), "share", path.join(root, "demo", "session.json"), "--to", out],
  { cwd: root, env: { ...env, XDG_DATA_HOME: out }, stdio: ["ignore", "pipe", "inherit"], encoding: "utf8" },
)
if (error) throw error
if (status === 0)
  console.log(
    `A session of your own: npm start -- share FILE (or a session id). Open this one in a browser:\n${stdout.trim()}`,
  )
else process.exitCode = status ?? 1
