import dns from "node:dns"
import { expect, onTestFinished, test, vi } from "vitest"
import { exportFile } from "../../src/session/export-file.ts"
import { openLedger } from "../../src/share/ledger.ts"
import { share } from "../../src/share/share.ts"
import { newShareId } from "../../src/share/share-id.ts"
import { openStore } from "../../src/store/open-store.ts"
import { ownBucket } from "../support/own-bucket.ts"
import { fixture } from "../support/run-command.ts"
import { useEnvironment } from "../support/s3-here.ts"
import { serverFromEnvironment } from "../support/s3-places.ts"
import { temporaryFolder } from "../support/world.ts"

/** Shares by way of an endpoint, in this process, in which every name of the test leads to this machine. */
async function shareBy(endpoint: string, bucket: string) {
  const { accessKey, secretKey } = serverFromEnvironment("CEPH")
  useEnvironment({ AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey })
  const lookup = dns.lookup
  vi.spyOn(dns, "lookup").mockImplementation(((name: string, ...rest: unknown[]) =>
    (lookup as unknown as (...args: unknown[]) => void)(
      name.endsWith(".localhost") ? "127.0.0.1" : name,
      ...rest,
    )) as typeof dns.lookup)
  onTestFinished(() => void vi.restoreAllMocks())
  const destination = { to: `s3://${bucket}`, endpoint }
  const store = await openStore(destination)
  onTestFinished(() => store.close())
  return share(exportFile(fixture("questions")), {
    ...{ store, destination, ledger: openLedger(temporaryFolder()), version: "0", newId: newShareId },
    ...{ now: () => new Date(), mayShare: () => {} },
  })
}

test("nothing is stored at an endpoint that contains the bucket's name, and the right endpoint is suggested", async () => {
  const { Bucket, endpoint, keys, run, home } = await ownBucket("CEPH")
  const { port } = new URL(endpoint)
  const service = `http://localhost:${port}`
  await expect(shareBy(`http://${Bucket}.localhost:${port}`, Bucket)).rejects.toMatchObject({
    code: "bad-settings",
    hint: expect.stringContaining(`--to s3://${Bucket} --endpoint ${service}`),
  })
  expect(await keys()).toEqual(["s/somebody-else"])

  // The built command, at every entrance: the last --endpoint counts.
  const wrong = `${endpoint}/${Bucket}`
  for (const args of [
    ["share", fixture("questions"), "--yes"],
    ["doctor"],
    ["list", "--bucket"],
    ["prune", "--bucket"],
  ]) {
    const { stdout, stderr, status } = await home.run([...args, "--to", `s3://${Bucket}`, "--endpoint", wrong], {
      env: await credentials(),
    })
    expect(status).toBeGreaterThan(1)
    expect((stdout + stderr).replace(/\s+/g, " ")).toContain(`--endpoint ${endpoint}`)
  }
  expect(await keys()).toEqual(["s/somebody-else"])
  expect((await run("share", fixture("questions"))).status).toBe(0)
})

const credentials = async () => {
  const { accessKey, secretKey } = serverFromEnvironment("CEPH")
  return { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey }
}
