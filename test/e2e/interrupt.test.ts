import { expect, onTestFinished, test } from "vitest"
import { fixture, ownHome } from "../support/run-command.ts"
import { startS3Server } from "../support/s3-server.ts"

/** Runs a command that is interrupted as soon as its nth request of an operation arrives, which is never answered. */
async function interrupted(operation: string, nth: number, args: string[], { after = [] as string[][] } = {}) {
  const server = await startS3Server({ publicRead: true, versions: "off" })
  onTestFinished(() => server.close())
  const home = ownHome()
  const place = ["--to", `s3://${server.bucket}`, "--endpoint", server.endpoint]
  const run = (words: string[]) => home.run([...words, ...place], { env: server.environment })
  for (const words of after) expect(await run(words)).toMatchObject({ status: 0 })
  const before = server.objects().size
  let count = 0
  let kill = () => {}
  const arrived = new Promise<void>((resolve) => {
    server.options.delay = async (request) => {
      if (request.operation !== operation || ++count !== nth) return
      resolve()
      await new Promise(() => {})
    }
  })
  const ended = home.run([...args, ...place], {
    env: server.environment,
    onStart: (child) => {
      kill = () => child.kill("SIGINT")
    },
  })
  await arrived
  kill()
  const result = await ended
  server.options.delay = async () => {}
  return { server, run, result, before }
}

// The first objects are the trial's.
test.each([3, 5, 7])(
  "an interrupted share says that it is incomplete, and how to remove it; that leaves nothing (%i)",
  async (nth) => {
    const { server, run, result } = await interrupted("PutObject", nth, ["share", fixture("all-tools")])
    expect(result).toMatchObject({ status: 130, stdout: "" })
    expect(result.stderr).toMatch(/Interrupted\. The share in s3:\/\/shares is incomplete.*run the same command again/)
    const [, session = ""] = /To remove it: opencode-bucket unshare (\S+)/.exec(result.stderr) ?? []
    expect(await run(["unshare", session])).toMatchObject({ status: 0 })
    expect(server.objects().size).toBe(0)
  },
)

test("an interrupted unshare says how to continue, and that removes the rest", async () => {
  const share = ["share", fixture("all-tools")]
  const { server, run, result, before } = await interrupted("DeleteObjects", 1, ["unshare", "--all", "--yes"], {
    after: [share],
  })
  expect(before).toBeGreaterThan(0)
  expect(result).toMatchObject({
    status: 130,
    stderr: expect.stringContaining("To continue, run the same command again."),
  })
  expect(await run(["unshare", "--all", "--yes"])).toMatchObject({ status: 0 })
  expect(server.objects().size).toBe(0)
})
