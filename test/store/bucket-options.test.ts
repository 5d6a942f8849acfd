import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { parseSettings } from "../../src/config/parse-settings.ts"
import { BUCKET_OPTIONS, completeBucketOptions, describeBucketOptions } from "../../src/store/bucket-options.ts"

const isValid = (settings: object) => {
  try {
    return parseSettings({ ...settings }, "a test") !== undefined
  } catch {
    return false
  }
}

const tagPart = (maxLength: number) =>
  fc.string({ minLength: 1, maxLength, unit: fc.constantFrom(..."abcXYZ019-_. +/@:") })

test("tags are accepted as a tag set of S3 is: up to ten, keys of 128 and values of 256 characters", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(tagPart(140), tagPart(300)), {
        minLength: 1,
        maxLength: 12,
        selector: ([key]) => key.trim(),
      }),
      (tags) => {
        const fits = tags.length <= 10 && tags.every(([key, value]) => key.length <= 128 && value.length <= 256)
        expect(isValid({ tags: new URLSearchParams(tags).toString() })).toBe(fits)
      },
    ),
  )
})

test.each(["team", "=ai", "a=1&a=2", "&", "team=ai&"])("the tags %j are refused", (tags) => {
  expect(isValid({ tags })).toBe(false)
})

test.each([1, "60", 3600])("a time limit of %j seconds is accepted", (timeoutSeconds) => {
  expect(parseSettings({ timeoutSeconds }, "a test")).toEqual({ timeoutSeconds: Number(timeoutSeconds) })
})

test.each([0, -1, 1.5, 3601, "", "1m", null, true])("a time limit of %j is refused", (timeoutSeconds) => {
  expect(isValid({ timeoutSeconds })).toBe(false)
})

describe("encryption", () => {
  test("a KMS key implies KMS", () => {
    expect(completeBucketOptions({ sseKmsKeyId: "key" })).toEqual({ sse: "aws:kms", sseKmsKeyId: "key" })
  })

  test.each([{ sse: "AES256", sseKmsKeyId: "key" }, { sse: "AES256", sseBucketKey: true }, { sseBucketKey: true }])(
    "%j is refused",
    (options) => {
      expect(() => completeBucketOptions(options)).toThrow("needs encryption with KMS")
    },
  )
})

test("options are described with quoted values", () => {
  expect(describeBucketOptions({ acl: "private", requesterPays: true, sseBucketKey: false })).toBe(
    "acl private, requesterPays",
  )
  expect(describeBucketOptions({ storageClass: "A. Accept?" })).toBe('storageClass "A. Accept?"')
})

test.each(Object.entries(BUCKET_OPTIONS))("%s has a one-line description for --help", (_, { help, kind, value }) => {
  expect(help).toMatch(/^[a-z].{8,70}$/)
  expect(value === undefined).toBe(kind === "boolean")
})
