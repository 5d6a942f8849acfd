import { expect, test } from "vitest"
import { describeAnswerEnd, describeAnswerError } from "../../../src/render/items/answer-meta.ts"
import type { AssistantMessage } from "../../../src/session/model.ts"

const answer = (finish: string, text: string) =>
  ({ finish, parts: text === "" ? [] : [{ type: "text", text }] }) as unknown as AssistantMessage

test.each(["content-filter", "other", "unknown", "error", "length"])(
  "an empty answer that ends with %s says so",
  (finish) => {
    expect(describeAnswerEnd(answer(finish, ""))?.title).toMatch(/^[A-Z][a-z]+ /)
  },
)

test("an answer that some service ends with no reason, but that has text, is complete", () => {
  for (const finish of ["other", "unknown", "stop", "tool-calls"])
    expect(describeAnswerEnd(answer(finish, "Done."))).toBeUndefined()
  expect(describeAnswerEnd(answer("content-filter", "Half of"))).toBeDefined()
})

test.each(["ContentFilterError", "StructuredOutputError", "UnknownError", "ProviderAuthError"])(
  "%s is no title",
  (name) => {
    expect(
      describeAnswerError({ name, message: "m", statusCode: undefined, retryable: false, provider: undefined }).title,
    ).not.toContain("Error")
  },
)
