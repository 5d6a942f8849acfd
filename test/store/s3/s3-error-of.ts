import { expect } from "vitest"
import { ShareError } from "../../../src/errors.ts"
import type { FaultAnswer } from "../../support/s3-answers.ts"
import { page, s3Here } from "../../support/s3-here.ts"
import type { S3ServerOptions } from "../../support/s3-server.ts"

/** The error of a call, which has to be one that can be shown to a person. */
export async function errorOf(call: Promise<unknown>): Promise<ShareError> {
  const error = await call.then(
    () => undefined,
    (refused: unknown) => refused,
  )
  expect(error).toBeInstanceOf(ShareError)
  const { message, hint } = error as ShareError
  expect(message).toMatch(/^[^\n]{10,700}\.$/)
  expect(hint).toMatch(/^[^\n]{10,300}$/)
  expect(message + hint).not.toMatch(/testsecret|undefined|\[object/)
  return error as ShareError
}

export const refuseWith = (answer: FaultAnswer): S3ServerOptions => ({ fault: () => answer })

export async function putError(options: S3ServerOptions, more = {}): Promise<ShareError> {
  const { store } = await s3Here(options, more)
  return errorOf(store.put("s/one/index.html", page("x")))
}
