import { expect, test } from "vitest"
import type { ShareError } from "../../../src/errors.ts"
import { s3Store } from "../../../src/store/s3/s3.ts"
import { page, s3Here, useEnvironment } from "../../support/s3-here.ts"
import type { S3ServerOptions } from "../../support/s3-server.ts"

const isUnsent = (error: ShareError) => (error.cause as { isUnsent?: boolean }).isUnsent === true

async function refusal(endpoint: string): Promise<ShareError> {
  useEnvironment({ AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" })
  const store = await s3Store({ bucket: "shares", endpoint, timeouts: { connect: 200, idle: 200 } })
  const error = await store.put("s/a/index.html", page("hello")).catch((error: ShareError) => error)
  store.close()
  return error as ShareError
}

test.each([
  ["nobody listens", "http://127.0.0.1:9"],
  ["no such host is known", "http://nobody.invalid"],
])("if %s, nothing was sent", async (_, endpoint) => {
  expect(isUnsent(await refusal(endpoint))).toBe(true)
})

test.each<[string, S3ServerOptions["fault"]]>([
  ["reset", () => "reset"],
  ["lost after it was carried out", () => "lost"],
  ["refused", () => ({ status: 403, code: "AccessDenied" })],
  ["answered with a failure", () => ({ status: 500, code: "InternalError" })],
])("if the response is %s, it is unknown whether something was stored", async (_, fault) => {
  const { store } = await s3Here({ fault: fault! })
  const error = await store.put("s/a/index.html", page("hello")).catch((error: ShareError) => error)
  expect(isUnsent(error as ShareError)).toBe(false)
})

test("if one attempt was lost and the next were refused, it is unknown whether something was sent", async () => {
  const { server, store } = await s3Here()
  server.options.fault = () => {
    void server.close()
    return "lost"
  }
  const error = await store.put("s/a/index.html", page("hello")).catch((error: ShareError) => error)
  expect(error).toMatchObject({ code: "store-unreachable" })
  expect(isUnsent(error as ShareError)).toBe(false)
})
