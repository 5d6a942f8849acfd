// Records ten first minutes as text, each with a different start:
//
//    npm run build && node scripts/first-minutes.ts [FOLDER OF ANOTHER CHECKOUT] > first-minutes.txt
//
// Runs the built command as its users do, on terminals of 100 columns (tmux) and in pipes, with a bucket on loopback, and
// inside OpenCode: the real client of generation 1, and the stand-in that the tests have for generation 2. With another
// checkout, such as an earlier version, its command and plugin are run instead. Nothing leaves the machine.

import { startS3Server } from "../test/support/s3-server.ts"
import { insideOpencode1, insideOpencode2 } from "./first-minutes/inside-opencode.ts"
import { closeTerminals, inShell, inTerminal, newMachine, removeMachines } from "./first-minutes/machine.ts"

const checkout = process.argv[2] ?? new URL("..", import.meta.url).pathname
const s3 = await startS3Server({ bucket: "team-shares", publicRead: true, versions: "off" })
const { AWS_ACCESS_KEY_ID = "", AWS_SECRET_ACCESS_KEY = "" } = s3.environment
const keys = { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY }
const machine = (env: Record<string, string> = {}) => newMachine(checkout, { env })
const [DOWN, ENTER] = ["Down", "Enter"]
/** A session of the recorded database. */
const SESSION = "ses_dfbfd7a6bffeGY0MaHj7z1XqWy"

type Start = [title: string, record: () => Promise<string>]
const starts: Start[] = [
  ["Nothing is set up", () => inTerminal(machine(), "opencode-bucket share", [ENTER])],
  [
    "AWS keys alone",
    () =>
      inShell(machine({ ...keys, AWS_ENDPOINT_URL_S3: s3.endpoint, AWS_REGION: "us-east-1" }), [
        "opencode-bucket share",
        "opencode-bucket share --to team-shares",
        "opencode-bucket share --to s3://team-shares",
      ]),
  ],
  [
    "MinIO",
    () =>
      inTerminal(machine(keys), "opencode-bucket init && opencode-bucket share", [
        DOWN,
        ENTER,
        "s3://team-shares",
        ENTER,
        s3.endpoint,
        ENTER,
        ENTER,
        ENTER,
        ENTER,
        ENTER,
        ENTER,
      ]),
  ],
  [
    "Cloudflare R2, with an account id that is none, and given up",
    () =>
      inTerminal(machine(keys), "opencode-bucket init", [
        DOWN,
        DOWN,
        DOWN,
        ENTER,
        "team-shares",
        ENTER,
        "my-account",
        ENTER,
        "C-c",
      ]),
  ],
  [
    "A wrong key",
    () =>
      inShell(machine({ ...keys, AWS_SECRET_ACCESS_KEY: "wrong" }), [
        `opencode-bucket share --to s3://team-shares --endpoint ${s3.endpoint}`,
        `opencode-bucket share --to s3://team-shares --endpoint ${s3.endpoint} --profile team`,
      ]),
  ],
  [
    "A Node that is too old",
    () => inShell(newMachine(checkout, { hasOldNode: true }), ["node --version", "opencode-bucket share"]),
  ],
  [
    "A session of Windows, and a path of it",
    () =>
      inShell(machine(), ["opencode-bucket share windows.json", "opencode-bucket share --to 'C:\\Users\\ada\\shares'"]),
  ],
  [
    "Inside OpenCode 1 and 2",
    async () => {
      const one = await insideOpencode1(checkout, newMachine(checkout, { isEmpty: true })).catch((error: unknown) =>
        String(error),
      )
      return `${one}\n${await insideOpencode2(checkout, machine(), SESSION)}`
    },
  ],
  [
    "A pipe",
    () =>
      inShell(machine(), [
        "opencode-bucket share | cat",
        "opencode-bucket share --json | head -c 200; echo",
        "opencode-bucket list | cat",
      ]),
  ],
  [
    "CI",
    () =>
      inShell(machine({ CI: "true" }), [
        "opencode-bucket init --check",
        "OPENCODE_BUCKET_REGOIN=eu OPENCODE_BUCKET_EXPIRES=soon opencode-bucket share session.json",
        `OPENCODE_BUCKET_TO=s3://team-shares opencode-bucket share session.json --endpoint ${s3.endpoint}`,
        `AWS_ACCESS_KEY_ID=${AWS_ACCESS_KEY_ID} AWS_SECRET_ACCESS_KEY=${AWS_SECRET_ACCESS_KEY} opencode-bucket share session.json --to s3://team-shares --endpoint ${s3.endpoint}`,
      ]),
  ],
]

try {
  for (const [at, [title, record]] of starts.entries()) {
    const said = await record().catch((error: unknown) => `(not recorded: ${(error as Error).message})`)
    console.log(`${"=".repeat(100)}\n${at + 1}. ${title}\n\n${said.trimEnd()}\n`)
  }
} finally {
  await closeTerminals()
  removeMachines()
}
// The bucket's connections are kept open.
process.exit()
