import path from "node:path"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { loadSettings } from "../../src/config/load.ts"
import type { ShareError } from "../../src/errors.ts"
import { serverSettings } from "../../src/share-server/settings.ts"
import { checkDestination } from "../../src/store/check-destination.ts"
import { runs } from "../support/property-runs.ts"
import { ownWorld } from "../support/world.ts"

const letter = fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz0123456789")
const name = fc
  .tuple(letter, fc.array(fc.oneof(letter, fc.constantFrom("-", ".")), { minLength: 1, maxLength: 20 }), letter)
  .map(([first, middle, last]) => first + middle.join("") + last)
  .filter((name) => !name.includes(".."))
const folder = fc.oneof(
  fc.constant(""),
  name.map((one) => `/${one}`),
)
const meant = (to: string) => checkDestination(to, "linux")?.meant

test("a bare name is refused as ambiguous", () => {
  fc.assert(
    fc.property(name, folder, (bucket, below) => {
      expect(meant(bucket + below)).toEqual([`s3://${bucket}${below}`, `./${bucket}${below}`])
    }),
  )
})

test("every misspelling of s3:// gets the right spelling as a suggestion", () => {
  const scheme = fc.constantFrom("s3:", "s3:/", "s3:///", "s3;//", "s3//", "s3:\\\\", "S3:", "S3:/", "s3::/", "s3:////")
  fc.assert(
    fc.property(scheme, name, folder, (wrong, bucket, below) => {
      expect(meant(wrong + bucket + below)).toEqual([`s3://${bucket}${below}`])
    }),
  )
})

test("an ARN gets its bucket as a suggestion", () => {
  const partition = fc.constantFrom("aws", "aws-cn", "aws-us-gov")
  fc.assert(
    fc.property(partition, name, folder, fc.constantFrom("", "/", "/*"), (aws, bucket, below, end) => {
      expect(meant(`arn:${aws}:s3:::${bucket}${below}${end}`)).toEqual([`s3://${bucket}${below}`])
      expect(meant(`s3://arn:${aws}:s3:::${bucket}${below}`)).toEqual([`s3://${bucket}${below}`])
    }),
  )
  for (const arn of [
    "s3:eu-west-1:123456789012:accesspoint/ap",
    "s3:eu-west-1:1:accesspoint:ap",
    "s3-outposts:eu-west-1:1:outpost/op/accesspoint/ap",
  ])
    expect(checkDestination(`arn:aws:${arn}`)?.says).toContain("-s3alias")
  expect(checkDestination("arn:aws:iam::1:role/x")?.meant).toEqual([])
})

test.each([
  ["s3://team--use1-az4--x-s3/folder", "a directory bucket (S3 Express One Zone), which cannot hold shares"],
  ["s3://lens--ol-s3", "an Object Lambda access point, which cannot hold shares"],
  ["arn:aws:s3express:us-east-1:1:bucket/team--use1-az4--x-s3", "is an ARN"],
])("%s is refused: %s", (to, says) => {
  expect(checkDestination(to)).toMatchObject({ meant: [], says: expect.stringContaining(says) })
})

test("the alias of an access point is accepted as a bucket", () => {
  expect(checkDestination("s3://shares-a1b2c3d4e5f6g7h8i9j0k1l2m3n4o-s3alias")).toBeUndefined()
})

test("an address gets its bucket and endpoint as a suggestion", () => {
  fc.assert(
    fc.property(
      name.filter((bucket) => !bucket.includes(".")),
      folder,
      (bucket, below) => {
        expect(meant(`https://minio.corp.example/${bucket}${below}`)).toEqual([
          `s3://${bucket}${below} with the endpoint https://minio.corp.example`,
        ])
        for (const address of [
          `https://${bucket}.s3.eu-central-1.amazonaws.com${below}`,
          `https://${bucket}.s3.amazonaws.com${below}/`,
          `HTTPS://${bucket}.s3-eu-west-1.amazonaws.com${below}`,
          `https://${bucket}.s3.dualstack.eu-west-1.amazonaws.com${below}`,
          `https://s3.eu-central-1.amazonaws.com/${bucket}${below}`,
          `https://s3.amazonaws.com/${bucket}${below}`,
          `https://${bucket}.s3.cn-north-1.amazonaws.com.cn${below}`,
        ])
          expect(meant(address), address).toEqual([`s3://${bucket}${below}`])
      },
    ),
  )
  expect(meant("http://127.0.0.1:9000")).toEqual(["s3://<bucket> with the endpoint http://127.0.0.1:9000"])
})

describe("a folder is recognised by its beginning", () => {
  const below = fc.oneof(
    fc.constant(""),
    name,
    fc.string().map((text) => text.replaceAll("\0", "")),
  )
  test("./, ../, / or ~/", () => {
    fc.assert(
      fc.property(fc.constantFrom("./", "../", "/", "~/"), below, (start, rest) => {
        expect(checkDestination(start + rest, "linux")).toBeUndefined()
      }),
    )
    for (const whole of [".", "..", "~"]) expect(checkDestination(whole, "linux")).toBeUndefined()
  })

  test.each(["C:\\shares", "c:/shares", "\\\\server\\share", ".\\shares", "..\\shares", "~\\shares"])(
    "%s on Windows alone",
    (to) => {
      expect(checkDestination(to, "win32")).toBeUndefined()
      expect(checkDestination(to, "linux")).toBeDefined()
    },
  )

  test.each(["~dana/shares", ".shares", "shares/", "Team Shares", "a", "shares\\x", "s3", "-", "…"])(
    "%j is not a folder",
    (to) => {
      expect(checkDestination(to, "linux")?.says).toBe("is neither a bucket nor a folder")
    },
  )
})

describe("an ambiguous destination", () => {
  const refused = (place: string, hint: RegExp) =>
    expect.objectContaining({
      code: "bad-settings",
      message: expect.stringContaining(place),
      hint: expect.stringMatching(hint),
    })

  test("in a flag is refused with both spellings", () => {
    expect(() => loadSettings({ to: "team-shares" }, ownWorld())).toThrow(
      refused(
        "--to team-shares is neither a bucket nor a folder: did you mean s3://team-shares or ./team-shares?",
        /s3:\/\//,
      ),
    )
  })

  test("in a file or a variable keeps its earlier meaning, with the spelling to write", () => {
    const world = ownWorld()
    const file = world.write(".config/opencode/opencode.json", { plugin: [["opencode-bucket", { to: "team-shares" }]] })
    const old = path.join(path.dirname(file), "team-shares")
    const { destination, ambiguity: unclear } = loadSettings({}, world)
    expect(destination.to).toBe(old)
    expect(unclear).toEqual(
      refused(
        `"to": "team-shares" in ${file} is neither`,
        new RegExp(`For the folder ${old}, .* "to": "./team-shares"`),
      ),
    )

    const variable = ownWorld({ OPENCODE_BUCKET_TO: "team-shares" })
    expect(loadSettings({}, variable).destination.to).toBe(path.join(variable.cwd, "team-shares"))
    expect(loadSettings({}, variable).ambiguity).toEqual(
      refused("OPENCODE_BUCKET_TO=team-shares is neither", /OPENCODE_BUCKET_TO=\.\/team-shares/),
    )
    // An overridden setting is not checked.
    expect(loadSettings({ to: "s3://team-shares" }, world).ambiguity).toBeUndefined()
  })

  test("prevents the start of the share server", () => {
    const env = { OPENCODE_BUCKET_PUBLIC: "1", OPENCODE_BUCKET_PUBLIC_URL: "https://shares.corp.example" }
    for (const to of ["shares", "s3:/shares", "arn:aws:s3:::shares"])
      expect(() => serverSettings({ ...env, OPENCODE_BUCKET_TO: to })).toThrow(/to \S+ is .*did you mean s3:\/\/shares/)
    expect(serverSettings({ ...env, OPENCODE_BUCKET_TO: "S3://shares/x//" }).to).toBe("s3://shares/x")
    expect(serverSettings({ ...env, OPENCODE_BUCKET_TO: "./shares" }).to).toBe("./shares")
  })

  test("no password, token or query of an address is printed, wherever it is set", () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9_-]{24,32}$/)
    const address = fc.constantFrom<(secret: string) => string>(
      (secret) => `https://dana:${secret}@minio.corp.example/b`,
      (secret) => `https://shares.corp.example/ocb_${secret}`,
      (secret) => `HTTP://shares.corp.example:8080/base/ocb_${secret}/`,
      (secret) => `https://shares.corp.example//ocb_${secret}/api/share`,
      (secret) => `https://bucket.s3.amazonaws.com/x?X-Amz-Signature=${secret}`,
    )
    fc.assert(
      fc.property(address, secret, (written, secret) => {
        const to = written(secret)
        const refusals = [
          () => loadSettings({ to }, ownWorld()),
          () => {
            throw loadSettings({}, ownWorld({ OPENCODE_BUCKET_TO: to })).ambiguity
          },
        ]
        for (const refused of refusals) {
          try {
            refused()
            expect.unreachable()
          } catch (error) {
            const { message, hint, code } = error as ShareError
            expect(code).toBe("bad-settings")
            expect(`${message} ${hint}`).not.toContain(secret)
          }
        }
      }),
      { numRuns: runs(40) },
    )
  })
})

test("the scheme's case and trailing slashes do not matter, the case of the name does", () => {
  fc.assert(
    fc.property(
      name,
      folder,
      fc.constantFrom("s3", "S3"),
      fc.constantFrom("", "/", "//"),
      (bucket, below, scheme, end) => {
        const loaded = loadSettings({ to: `${scheme}://${bucket}x${below}${end}` }, ownWorldOnce)
        expect(loaded.destination.to).toBe(`s3://${bucket}x${below}`)
      },
    ),
  )
  expect(loadSettings({ to: "s3://Team_Shares" }, ownWorld()).destination.to).toBe("s3://Team_Shares")
})
const ownWorldOnce = { env: {}, home: "/nowhere", cwd: "/nowhere/project", platform: "linux" as const }
