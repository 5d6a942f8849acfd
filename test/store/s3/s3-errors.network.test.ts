import { describe, expect, it } from "vitest"
import { s3Store } from "../../../src/store/s3/s3.ts"
import { collect, page, s3Here, useEnvironment } from "../../support/s3-here.ts"
import type { S3ServerOptions } from "../../support/s3-server.ts"

import { errorOf, putError, refuseWith } from "./s3-error-of.ts"

describe("credentials", () => {
  it("are requested if there are none", async () => {
    const { store } = await s3Here()
    useEnvironment({ AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined, HOME: "/nonexistent" })
    const error = await errorOf(store.put("s/one/index.html", page("x")))
    expect(error).toMatchObject({
      code: "store-credentials",
      message: "No valid credentials for the bucket were found.",
    })
    expect(error.hint).toContain("AWS_ACCESS_KEY_ID")
  })

  it("with an unknown access key are distinguished from a wrong secret", async () => {
    const { store, server } = await s3Here()
    useEnvironment({ AWS_ACCESS_KEY_ID: "somebody" })
    expect(await errorOf(store.put("s/one/index.html", page("x")))).toMatchObject({
      code: "store-credentials",
      message: "The service does not know the access key, which comes from the environment (AWS_ACCESS_KEY_ID).",
    })
    useEnvironment({ ...server.environment, AWS_SECRET_ACCESS_KEY: "guessed" })
    const other = await s3Store({ bucket: server.bucket, endpoint: server.endpoint })
    expect(await errorOf(other.put("s/one/index.html", page("x")))).toMatchObject({
      code: "store-credentials",
      message: expect.stringMatching(/^The secret key does not match .*, or a proxy changes requests\.$/),
    })
    expect(server.objects().size).toBe(0)
  })

  it.each([
    [400, "ExpiredToken", /has expired/],
    [403, "InvalidToken", /does not accept the session token/],
  ])("of a session: %s %s", async (status, code, message) => {
    expect(await putError(refuseWith({ status, code }))).toMatchObject({
      code: "store-credentials",
      message: expect.stringMatching(message),
    })
  })

  it("that expire during a delete stop it at once", async () => {
    const { store, server } = await s3Here({
      fault: ({ operation }) => (operation.startsWith("Delete") ? { status: 400, code: "ExpiredToken" } : undefined),
    })
    const entries = Array.from({ length: 50 }, (_, number) => ({ key: `s/one/${number}`, size: 1 }))
    expect(await errorOf(store.delete(entries))).toMatchObject({ code: "store-credentials" })
    expect(server.requests.length).toBe(1)
  })
})

describe("the clock", () => {
  it.each([-2, 3])("may be %s hours wrong: the time of the response is used", async (hours) => {
    const { store, server } = await s3Here({ clockOffset: hours * 3_600_000 })
    await store.put("s/one/index.html", page("x"))
    expect([...server.objects().keys()]).toEqual(["s/one/index.html"])
  })

  it("is reported with the difference if the service insists", async () => {
    const error = await putError({
      clockOffset: 7_200_000,
      fault: () => ({ status: 403, code: "RequestTimeTooSkewed" }),
    })
    expect(error).toMatchObject({ code: "store-clock", message: expect.stringMatching(/is 120 minutes behind/) })
  })
})

describe("the bucket", () => {
  it("is reported if it is missing", async () => {
    expect(await putError({}, { bucket: "elsewhere" })).toMatchObject({
      code: "store-bucket-missing",
      message: expect.stringMatching(/^There is no bucket elsewhere at http:/),
    })
  })

  it("is reported if the service refuses its name", async () => {
    expect(await putError(refuseWith({ status: 400, code: "InvalidBucketName" }))).toMatchObject({
      code: "bad-settings",
    })
  })

  it("in another region is reported with the region if the service names it", async () => {
    const region = {
      code: "bad-settings",
      message: expect.stringContaining("eu-central-1"),
      hint: "Set the region: --region eu-central-1.",
    }
    expect(await putError({ region: "eu-central-1" })).toMatchObject(region)
    const redirect = { status: 301, code: "PermanentRedirect", headers: { "x-amz-bucket-region": "eu-central-1" } }
    expect(await putError(refuseWith(redirect))).toMatchObject(region)
    expect(await putError(refuseWith({ status: 301, code: "PermanentRedirect" }))).toMatchObject({
      code: "bad-settings",
      message: expect.stringContaining("us-east-1"),
    })
  })

  it.each([
    [403, "QuotaExceeded", "Quota exceeded"],
    [507, "XMinioStorageFull", "Storage backend has reached its minimum free drive threshold."],
    [403, "AccessDenied", "Cannot upload files, storage cap exceeded."],
  ])("that is full is reported: %s %s", async (status, code, message) => {
    expect(await putError(refuseWith({ status, code, message }))).toMatchObject({
      code: "store-failed",
      message: expect.stringMatching(/^The bucket shares is full or over its quota \(the service says: .+\)\.$/),
    })
  })
})

describe("access denied", () => {
  const denying = (...operations: string[]): S3ServerOptions => ({
    fault: ({ operation }) =>
      operations.includes(operation) ? { status: 403, code: "AccessDenied", message: "Access Denied" } : undefined,
  })

  it("names the permission to put, to get, to list and to delete", async () => {
    const { store } = await s3Here(
      denying("PutObject", "GetObject", "ListObjectsV2", "ListObjectVersions", "DeleteObjects", "DeleteObject"),
    )
    const calls: [() => Promise<unknown>, RegExp][] = [
      [() => store.put("s/one/a", page("x")), /s3:PutObject /],
      [() => store.get("s/one/a"), /s3:GetObject /],
      [() => collect(store.list("s/one/")), /s3:ListBucket /],
      [() => collect(store.folders("s/")), /s3:ListBucket /],
      [() => store.delete([{ key: "s/one/a", size: 1 }]), /s3:DeleteObject for/],
      [() => store.delete([{ key: "s/one/a", size: 1, version: "v1" }]), /s3:DeleteObjectVersion for/],
    ]
    for (const [call, hint] of calls) {
      const error = await errorOf(call())
      expect(error).toMatchObject({ code: "store-denied", hint: expect.stringMatching(hint) })
      expect(error.message).toContain("s3://shares/s/")
    }
  })
})

describe("the message of AWS about a refusal", () => {
  const refusal = (sentence: string) =>
    putError(
      refuseWith({
        ...{ status: 403, code: "AccessDenied" },
        message: `User: arn:aws:sts::111122223333:assumed-role/dev/me is not authorized to perform: ${sentence}`,
      }),
    )
  const resource = 's3:PutObject on resource: "arn:aws:s3:::shares/s/one/index.html"'
  const policies = [
    ...["service control policy", "resource control policy", "VPC endpoint policy", "permissions boundary"],
    ...["session policy", "identity-based policy", "resource-based policy"],
  ]

  it.each(policies)("is quoted, and the hint does not suggest permissions if a %s denies", async (policy) => {
    const sentence = `${resource} with an explicit deny in ${/^[aeiou]/.test(policy) ? "an" : "a"} ${policy}`
    const { message, hint } = await refusal(sentence)
    expect(message).toContain(`(the service says: User: arn:aws:sts::111122223333:assumed-role/dev/me is not`)
    expect(message).toContain(policy)
    expect(hint).not.toMatch(/^Allow/)
  })

  it.each(policies)("names the %s that does not allow it", async (policy) => {
    const { hint } = await refusal(`${resource} because no ${policy} allows the s3:PutObject action`)
    expect(hint).toBe(`Allow s3:PutObject in the ${policy}.`)
  })

  it("may concern a KMS key, whatever its code", async () => {
    const { hint } = await refusal(
      'kms:GenerateDataKey on resource: "arn:aws:kms:eu-central-1:111122223333:key/1" because no identity-based policy allows the kms:GenerateDataKey action',
    )
    expect(hint).toMatch(/^Allow kms:GenerateDataKey on the key/)
    const ceph = { status: 403, code: "InvalidAccessKeyId", message: "Failed to retrieve the actual key, kms-keyid: x" }
    expect(await putError(refuseWith(ceph))).toMatchObject({
      code: "store-denied",
      message: expect.stringContaining("The key of KMS"),
    })
  })
})

describe("a region named by the service", () => {
  const xml = (code: string, rest: string) => ({
    headers: { "content-type": "application/xml" },
    body: `<?xml version="1.0"?><Error><Code>${code}</Code>${rest}</Error>`,
  })
  it.each([
    {
      status: 400,
      ...xml("AuthorizationHeaderMalformed", "<Message>unexpected scope</Message><Region>garage</Region>"),
    },
    {
      status: 400,
      ...xml("AuthorizationHeaderMalformed", "<Message>expected: 20261201/garage/s3/aws4_request</Message>"),
    },
    { status: 403, ...xml("SignatureDoesNotMatch", "<Message>x</Message><Region>garage</Region>") },
    { status: 301, ...xml("PermanentRedirect", "<Endpoint>shares.s3.garage.amazonaws.com</Endpoint>") },
  ])("gives the flag to add: %j", async (answer) => {
    expect(await putError(refuseWith(answer))).toMatchObject({ hint: "Set the region: --region garage." })
  })
})

describe("a redirect", () => {
  it("to https gives the right endpoint; to another site means that this is not the API", async () => {
    const to = (status: number, location: string) => refuseWith({ status, headers: { location }, body: "" })
    for (const status of [301, 302, 307, 308]) {
      const upgraded = await putError(to(status, "https://127.0.0.1/shares/s/one/index.html"))
      expect(upgraded.hint).toBe("Set the endpoint: --endpoint https://127.0.0.1")
      const elsewhere = await putError(to(status, "https://sign-in.corp.example/login?next=/"))
      expect(elsewhere.message).toContain("redirects to https://sign-in.corp.example.")
    }
  })
})

describe("an endpoint that is not S3", () => {
  const site = (status: number): S3ServerOptions => ({
    fault: () => ({
      status,
      headers: { "content-type": "text/html; charset=utf-8" },
      body: "<!DOCTYPE html><html><head><title>Console</title></head><body><p>Hello<br></body></html>",
    }),
  })

  it.each([200, 404, 405, 400, 403])("is recognised by a response %s with a web page", async (status) => {
    const { store } = await s3Here(site(status))
    for (const call of [
      () => store.put("s/one/a", page("x")),
      () => collect(store.list("s/one/")),
      () => collect(store.folders("s/")),
    ]) {
      expect(await errorOf(call())).toMatchObject({
        code: "store-failed",
        message: expect.stringMatching(/does not answer like an S3 service/),
      })
    }
  })
})

describe("locked versions are reported", () => {
  const entry = [{ key: "s/one/a", size: 1 }]
  it.each([
    ["AccessDenied", "Access Denied because object protected by object lock.", /object lock/],
    ["ObjectLocked", "Object is WORM protected and cannot be overwritten", /object lock/],
    ["RetentionPolicyNotMet", "Object is under active retention", /object lock/],
    ["AccessDenied", "Mfa Authentication must be used for this request", /multi-factor/],
  ])("has its reason: %s, %s", async (code, message, told) => {
    const { store } = await s3Here({
      fault: ({ operation }) =>
        operation === "DeleteObjects"
          ? {
              status: 200,
              headers: { "content-type": "application/xml" },
              body: `<DeleteResult><Error><Key>s/one/a</Key><Code>${code}</Code><Message>${message}</Message></Error></DeleteResult>`,
            }
          : undefined,
    })
    expect(await errorOf(store.delete(entry))).toMatchObject({
      code: "store-denied",
      message: expect.stringMatching(told),
    })
  })
})

it("an unknown error is quoted", async () => {
  expect(await putError(refuseWith({ status: 418, code: "Teapot", message: "Short and stout." }))).toMatchObject({
    code: "store-failed",
    message: expect.stringMatching(
      /^Could not write s3:\/\/shares\/s\/one\/index.html: http:.* answered 418 Teapot: Short and stout\.$/,
    ),
  })
})
