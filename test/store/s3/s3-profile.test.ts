import { writeFileSync } from "node:fs"
import path from "node:path"
import { expect, it } from "vitest"
import { configuredEndpoint } from "../../../src/store/s3/s3-profile.ts"
import { useEnvironment } from "../../support/s3-here.ts"
import { temporaryFolder } from "../../support/world.ts"

const config = `
# endpoints
[default]
region = eu-central-1
endpoint_url = https://default.example

[profile minio]
endpoint_url=https://all.example
services = local   
s3 =
  max_concurrent_requests = 3

[services local]
dynamodb =
  endpoint_url = https://dynamodb.example
s3 =
  endpoint_url = https://s3.example

[profile plain]
region = eu-west-1

[profile deaf]
endpoint_url = https://deaf.example
ignore_configured_endpoint_urls = true
`

it.each([
  ["that of the default profile", undefined, {}, "https://default.example"],
  ["that of AWS_PROFILE", undefined, { AWS_PROFILE: "minio" }, "https://s3.example"],
  ["that of the profile's services before its own", "minio", {}, "https://s3.example"],
  ["none, where the profile has none", "plain", {}, undefined],
  ["none, where the profile ignores it", "deaf", {}, undefined],
  ["none, where there is no such profile", "nobody", {}, undefined],
  ["that of the environment first", "minio", { AWS_ENDPOINT_URL: "https://env.example" }, "https://env.example"],
  [
    "none, where the environment ignores them",
    "minio",
    { AWS_ENDPOINT_URL: "https://env.example", AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" },
    undefined,
  ],
] as const)("the endpoint is %s", async (_, profile, env, endpoint) => {
  const file = path.join(temporaryFolder(), "config")
  writeFileSync(file, config)
  useEnvironment({ AWS_ENDPOINT_URL: undefined, AWS_PROFILE: undefined, ...env, AWS_CONFIG_FILE: file })
  expect(await configuredEndpoint(profile)).toBe(endpoint)
})

it("there is no endpoint without a configuration", async () => {
  useEnvironment({ AWS_ENDPOINT_URL: undefined, AWS_CONFIG_FILE: "/nonexistent" })
  expect(await configuredEndpoint(undefined)).toBeUndefined()
})
