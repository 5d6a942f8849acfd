import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import path from "node:path"
import { expect, test } from "vitest"
import { serverSettings, serverSettingsSchema } from "../../src/share-server/settings.ts"
import { temporaryFolder } from "../support/world.ts"

const root = path.dirname(path.dirname(import.meta.dirname))
const names = Object.keys(serverSettingsSchema.shape)
const variableOf = (name: string) => name.replace(/[A-Z]/g, "_$&").toUpperCase()

const base = { OPENCODE_BUCKET_PUBLIC_URL: "https://shares.corp.example", OPENCODE_BUCKET_TO: "s3://shares" }
const signIn = {
  ...base,
  OPENCODE_BUCKET_ISSUER: "https://login.corp.example",
  OPENCODE_BUCKET_CLIENT_ID: "opencode-bucket",
  OPENCODE_BUCKET_CLIENT_SECRET: "s3cr3t-of-the-client",
  OPENCODE_BUCKET_COOKIE_KEYS: "a-key-with-thirty-two-characters-or-more",
  OPENCODE_BUCKET_DOMAINS: "corp.example, corp.de",
}
const messageOf = (env: Record<string, string>) => {
  try {
    serverSettings(env)
  } catch (error) {
    return (error as Error).message
  }
  return "it starts"
}

test("the documentation lists every setting, under its variable, and no other", () => {
  const table = readFileSync(path.join(root, "docs", "server.md"), "utf8")
    .split("\n")
    .filter((line) => /^\| `[A-Z]/.test(line) && line.split("|").length === 6)
    .map((line) => line.split("|").map((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, text = ""]) => text)))
  expect(table.flatMap((cells) => cells[2]).sort()).toEqual([...names].sort())
  for (const [, variables, settings] of table) expect(variables).toEqual(settings!.map(variableOf))
})

test("deployment files name existing settings", () => {
  const folder = path.join(root, "deploy")
  const used = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => statSync(path.join(folder, file)).isFile())
    .flatMap((file) => [...readFileSync(path.join(folder, file), "utf8").matchAll(/OPENCODE_BUCKET_([A-Z_]+)/g)])
  const variables = new Set(names.map(variableOf))
  expect(used.length).toBeGreaterThan(8)
  expect(used.map(([, name = ""]) => name).filter((name) => name !== "" && !variables.has(name))).toEqual([])
})

test("the settings of compose.yaml start the server and match its Keycloak", () => {
  const read = (file: string) => readFileSync(path.join(root, "deploy", file), "utf8")
  const [, block = ""] = /\n {2}shares:\n.*?\n {4}environment:\n((?: {6}.*\n)+)/s.exec(read("compose.yaml"))!
  const env = Object.fromEntries([...block.matchAll(/^ {6}(\w+): (.*)$/gm)].map(([, name, value]) => [name!, value!]))
  const keys = path.join(temporaryFolder(), "cookie-keys")
  writeFileSync(keys, "a-key-with-thirty-two-characters-or-more\n")
  const { publicUrl, issuer, clientId, clientSecret } = serverSettings({
    ...env,
    OPENCODE_BUCKET_COOKIE_KEYS_FILE: keys,
  })
  const realm = JSON.parse(read("keycloak-realm.json"))
  expect(issuer?.endsWith(`/realms/${realm.realm}`)).toBe(true)
  expect(realm.clients).toMatchObject([
    {
      clientId,
      secret: clientSecret,
      redirectUris: [`${publicUrl}/auth/callback`],
      attributes: { "post.logout.redirect.uris": `${publicUrl}/auth/signed-out` },
    },
  ])
})

test("the server starts with the settings for sign-in", () => {
  expect(serverSettings(signIn)).toMatchObject({ domains: ["corp.example", "corp.de"], sessionHours: 8 })
  expect(serverSettings({ ...base, OPENCODE_BUCKET_PUBLIC: "true" })).toMatchObject({ public: true })
})

test("administrators are named by addresses and claims", () => {
  const admins = { OPENCODE_BUCKET_ADMINS: "ada@corp.example, it@corp.example" }
  const claims = { OPENCODE_BUCKET_ADMIN_CLAIMS: '{"realm_access.roles":["admin"]}' }
  expect(serverSettings({ ...signIn, ...admins, ...claims })).toMatchObject({
    admins: ["ada@corp.example", "it@corp.example"],
    adminClaims: { "realm_access.roles": ["admin"] },
  })
})

test.each([
  ["nothing", {}, ["publicUrl is missing (OPENCODE_BUCKET_PUBLIC_URL)", "to is missing (OPENCODE_BUCKET_TO)"]],
  ["nobody who may read", base, ["no reader access"]],
  [
    "half a sign-in",
    { ...base, OPENCODE_BUCKET_ISSUER: "https://login.corp.example" },
    ["clientId", "clientSecret", "no reader rule", "cookieKeys"],
  ],
  [
    "a plain issuer",
    { ...signIn, OPENCODE_BUCKET_ISSUER: "http://login.corp.example" },
    ["issuer must begin with https://"],
  ],
  [
    "cookies over plain HTTP",
    { ...signIn, OPENCODE_BUCKET_PUBLIC_URL: "http://shares.corp.example" },
    ["publicUrl must begin with https://"],
  ],
  ["a short key", { ...signIn, OPENCODE_BUCKET_COOKIE_KEYS: "short" }, ["at least 32 random characters"]],
  ["two ways to read", { ...signIn, OPENCODE_BUCKET_PUBLIC: "true" }, ["public and issuer cannot be combined"]],
  ["a header from anywhere", { ...base, OPENCODE_BUCKET_PROXY_HEADER: "X-User" }, ["proxyAddresses are missing"]],
  [
    "an administrator without a sign-in",
    { ...base, OPENCODE_BUCKET_PUBLIC: "true", OPENCODE_BUCKET_ADMINS: "ada@corp.example" },
    ["admins and adminClaims need a sign-in"],
  ],
  [
    "an administrator's claim that no proxy tells",
    {
      ...base,
      OPENCODE_BUCKET_PROXY_HEADER: "X-User",
      OPENCODE_BUCKET_PROXY_ADDRESSES: "10.0.0.5",
      OPENCODE_BUCKET_ADMIN_CLAIMS: '{"groups":["it"]}',
    },
    ["adminClaims need an issuer"],
  ],
  ["a kind of content that there is not", { ...signIn, OPENCODE_BUCKET_OMIT: "images" }, ["omit "]],
  ["a hook without a program", { ...signIn, OPENCODE_BUCKET_PUBLISH_HOOK: "[]" }, ["publishHook must name a program"]],
  [
    "a webhook without a secret",
    { ...signIn, OPENCODE_BUCKET_WEBHOOK_URL: "https://x.example" },
    ["webhookSecret is missing"],
  ],
  [
    "a webhook in plain text",
    { ...signIn, OPENCODE_BUCKET_WEBHOOK_URL: "http://x.example", OPENCODE_BUCKET_WEBHOOK_SECRET: "short" },
    ["webhookUrl must begin with https://", "webhookSecret must have at least 32"],
  ],
  ["an administrator who is no address", { ...signIn, OPENCODE_BUCKET_ADMINS: "ada" }, ["admins must be e-mail"]],
  ["a time that is none", { ...signIn, OPENCODE_BUCKET_EXPIRES: "soon" }, ["expires must be"]],
])("%s is refused with a message without the value", (_, env, said) => {
  const message = messageOf(env as Record<string, string>)
  for (const words of said) expect(message).toContain(words)
  expect(message).not.toMatch(/s3cr3t|short\b|"soon"/)
})
