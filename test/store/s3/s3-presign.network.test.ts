import { expect, test } from "vitest"
import { s3Here, useEnvironment } from "../../support/s3-here.ts"

const key = "s/V1StGXR8_Z5jdHi6B-myT/whole.html"

const lent = (ends: string | undefined) =>
  useEnvironment({
    ...{ AWS_ACCESS_KEY_ID: "lent", AWS_SECRET_ACCESS_KEY: "secret", AWS_SESSION_TOKEN: "token/+=" },
    AWS_CREDENTIAL_EXPIRATION: ends,
  })

test("a presigned link reports its expiry and its credentials", async () => {
  const { store } = await s3Here({}, { folder: "a b/c" })
  const link = (await store.presign!(key, 60))!
  expect(Math.abs(link.until.getTime() - Date.now() - 60_000)).toBeLessThan(10_000)
  expect(link.note).toBe(undefined)
  expect(new URL(link.url).pathname).toBe(`/shares/a%20b/c/${key}`)
  expect(new URL(link.url).searchParams.get("X-Amz-Expires")).toBe("60")
})

test("a link presigned with temporary credentials ends with them", async () => {
  const { store } = await s3Here()
  const ends = new Date(Date.now() + 3_600_000)
  lent(ends.toISOString())
  const link = await store.presign!(key, 86_400)
  expect(link).toMatchObject({ until: ends, note: expect.stringContaining("temporary") })
  expect(new URL(link.url).searchParams.get("X-Amz-Security-Token")).toBe("token/+=")
})

test("temporary credentials of unknown expiry cause a note, and expired ones are refused", async () => {
  const { store } = await s3Here()
  lent(undefined)
  expect((await store.presign!(key, 60)).note).toContain("if they expire earlier")
  const { store: late } = await s3Here()
  lent(new Date(Date.now() - 1000).toISOString())
  await expect(late.presign!(key, 60)).rejects.toMatchObject({ code: "store-credentials" })
})
