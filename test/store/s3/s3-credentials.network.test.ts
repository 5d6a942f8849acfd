import { writeFileSync } from "node:fs"
import http from "node:http"
import type { AddressInfo } from "node:net"
import path from "node:path"
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest"
import { page, s3Here, useEnvironment } from "../../support/s3-here.ts"
import { temporaryFolder } from "../../support/world.ts"
import { inPieces } from "../contract-parts.ts"
import { errorOf } from "./s3-error-of.ts"

const SECRET = "do-not-print-this"

/** A store whose credentials come from these files and variables alone. */
async function withFiles(config: string, variables: Record<string, string | undefined> = {}, credentials = "") {
  const { server, store } = await s3Here()
  const folder = temporaryFolder()
  const files = { AWS_CONFIG_FILE: path.join(folder, "config"), AWS_SHARED_CREDENTIALS_FILE: path.join(folder, "keys") }
  writeFileSync(files.AWS_CONFIG_FILE, config)
  writeFileSync(files.AWS_SHARED_CREDENTIALS_FILE, credentials)
  const none = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined, HOME: folder }
  useEnvironment({ ...none, ...files, ...variables })
  return { server, store, folder, write: (text: string) => writeFileSync(files.AWS_SHARED_CREDENTIALS_FILE, text) }
}

const refused = async (...given: Parameters<typeof withFiles>) => {
  const { store } = await withFiles(...given)
  return errorOf(store.put("s/one/index.html", page("x")))
}

const printed = (["log", "warn", "error", "info", "debug"] as const).map((name) => vi.spyOn(console, name))
afterEach(() => {
  for (const spy of printed) {
    expect(spy.mock.calls.filter(([text]) => /sdk|credential/i.test(String(text)))).toEqual([])
    spy.mockClear()
  }
})

describe("each kind of missing credentials gives a sentence with their source", () => {
  test.each([
    [
      "AWS_PROFILE of no file",
      "[profile team]\nregion = x",
      { AWS_PROFILE: "taem" },
      /The profile taem is neither in/,
      /Choose from: team/,
    ],
    ["half a pair", "", { AWS_ACCESS_KEY_ID: "id" }, /Only one of AWS_ACCESS_KEY_ID and/, /Set both/],
    [
      "a program that fails",
      `[default]\ncredential_process = sh -c "echo no ticket >&2 && exit 1" ${SECRET}`,
      {},
      /from the program that profile default names are missing \(it says: .*no ticket/,
      /by hand/,
    ],
    [
      "a program without JSON",
      "[default]\ncredential_process = echo hello",
      {},
      /the program that profile default names .*invalid JSON/,
      /by hand/,
    ],
    [
      "a sign-in that has run out",
      "[profile team]\nsso_start_url = https://x.example\nsso_account_id = 1\nsso_role_name = r\nsso_region = eu-central-1",
      { AWS_PROFILE: "team" },
      /single sign-on \(SSO\), profile team are missing/,
      /aws sso login --profile team/,
    ],
    [
      "a token file that is missing",
      "",
      { AWS_WEB_IDENTITY_TOKEN_FILE: "/nonexistent/token", AWS_ROLE_ARN: "arn:aws:iam::1:role/r" },
      /a web identity token .*: \/nonexistent\/token does not exist/,
      /correct the setting/,
    ],
    [
      "keys with a line break",
      "",
      { AWS_ACCESS_KEY_ID: "testaccess\n", AWS_SECRET_ACCESS_KEY: SECRET },
      /from the environment .* contain a line break/,
      /Copy the keys again/,
    ],
    [
      "a container that does not answer",
      "",
      { AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://127.0.0.1:9/" },
      /the container's credential service are missing\./,
      /AWS_ACCESS_KEY_ID/,
    ],
  ])("%s", async (_, config, variables, message, hint) => {
    const error = await refused(config, variables)
    expect(error.message).toMatch(message)
    expect(error.hint).toMatch(hint)
    expect(`${error.message}${error.hint}`).not.toContain(SECRET)
  })

  test("a role that may not be assumed gives the message of STS", async () => {
    const said = "User: arn:aws:iam::111122223333:user/me is not authorized to perform: sts:AssumeRole on resource: r"
    const sts = http.createServer((_, response) => {
      response.writeHead(403, { "content-type": "text/xml" })
      response.end(
        `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>${said}</Message></Error></ErrorResponse>`,
      )
    })
    await new Promise<void>((resolve) => sts.listen(0, "127.0.0.1", resolve))
    onTestFinished(() => void sts.close())
    const endpoint = `http://127.0.0.1:${(sts.address() as AddressInfo).port}`
    const error = await refused(
      "[profile role]\nrole_arn = r\nsource_profile = base\nregion = eu-central-1",
      { AWS_PROFILE: "role", AWS_ENDPOINT_URL_STS: endpoint },
      `[base]\naws_access_key_id = id\naws_secret_access_key = ${SECRET}`,
    )
    expect(error).toMatchObject({
      code: "store-credentials",
      message: `The role that profile role names was refused (the service says: ${said}).`,
      hint: expect.stringMatching(/^Allow sts:AssumeRole/),
    })
  })
})

test("a profile is preferred to keys, and both are named if it is rejected", async () => {
  const keys = { AWS_PROFILE: "team", AWS_ACCESS_KEY_ID: "testaccess", AWS_SECRET_ACCESS_KEY: "testsecret" }
  const error = await refused("", keys, `[team]\naws_access_key_id = stale\naws_secret_access_key = ${SECRET}`)
  expect(error).toMatchObject({
    message: "The service does not know the access key, which comes from the profile team in ~/.aws.",
    hint: expect.stringContaining("AWS_ACCESS_KEY_ID is set as well, but a profile takes precedence."),
  })
})

describe("credentials that are rotated while the process runs", () => {
  const keys = (id: string, secret: string) =>
    `[default]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`

  test("are read again, for small and long uploads, reads and lists at once", async () => {
    const { server, store, write } = await withFiles("", {}, keys("testaccess", "testsecret"))
    await store.put("s/one/index.html", page("x"))
    for (const round of [1, 2, 3]) {
      Object.assign(server.options, { accessKey: `id-${round}`, secretKey: `secret-${round}` })
      write(keys(`id-${round}`, `secret-${round}`))
      const long = { ...page("x"), body: inPieces("a".repeat(200_000)) }
      await Promise.all([
        store.put(`s/one/${round}.html`, page("y")),
        store.put(`s/one/long-${round}.json`, long),
        store.get("s/one/index.html"),
        store.read("s/one/index.html", { head: true }),
      ])
      expect(server.objects().size).toBe(1 + 2 * round)
    }
  })

  test("are loaded once more only if they are still rejected", async () => {
    const { server, store } = await withFiles("", {}, keys("stale", "stale"))
    expect(await errorOf(store.put("s/one/index.html", page("x")))).toMatchObject({ code: "store-credentials" })
    expect(server.requests).toHaveLength(1)
  })

  test("from the environment cannot change, so a restart is requested until they are accepted", async () => {
    const { server, store } = await s3Here()
    expect(store.remote!.needsRestart()).toBe(false)
    Object.assign(server.options, { accessKey: "rotated" })
    await errorOf(store.put("s/one/index.html", page("x")))
    expect(store.remote!.needsRestart()).toBe(true)
    Object.assign(server.options, { accessKey: "testaccess" })
    await store.put("s/one/index.html", page("x"))
    expect(store.remote!.needsRestart()).toBe(false)
  })
})
