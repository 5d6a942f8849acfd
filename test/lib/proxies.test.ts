import { expect, test } from "vitest"
import { bypassProxies, proxiesFrom } from "../../src/lib/proxies.ts"

const HERE = "localhost,127.0.0.1,[::1]"

test.each<[string, NodeJS.ProcessEnv, object | undefined]>([
  ["nothing", {}, undefined],
  ["an empty one", { HTTPS_PROXY: "" }, undefined],
  [
    "one for each protocol",
    { HTTP_PROXY: "http://a:1", HTTPS_PROXY: "https://b:2" },
    { HTTP_PROXY: "http://a:1", HTTPS_PROXY: "https://b:2", NO_PROXY: HERE },
  ],
  [
    "small letters, which go first",
    { HTTP_PROXY: "http://a:1", http_proxy: "http://b:1" },
    { HTTP_PROXY: "http://b:1", NO_PROXY: HERE },
  ],
  [
    "one without a protocol",
    { https_proxy: "proxy.corp:3128" },
    { HTTPS_PROXY: "http://proxy.corp:3128", NO_PROXY: HERE },
  ],
  ["one that Node does not know", { HTTPS_PROXY: "socks5://a:1" }, undefined],
  ["one that is none", { HTTP_PROXY: "http://" }, undefined],
  [
    "hosts that go past it",
    { HTTP_PROXY: "http://a:1", NO_PROXY: ".corp,10.0.0.0/8" },
    { HTTP_PROXY: "http://a:1", NO_PROXY: `.corp,10.0.0.0/8,${HERE}` },
  ],
])("proxies in the environment: %s", (_, env, found) => {
  expect(proxiesFrom(env)).toEqual(found)
})

test("a host is added to both spellings of NO_PROXY, once", () => {
  const env = { NO_PROXY: "example.com, .corp", no_proxy: "127.0.0.1" }
  bypassProxies("127.0.0.1", env)
  bypassProxies("127.0.0.1", env)
  expect(env).toEqual({ NO_PROXY: "example.com,.corp,127.0.0.1", no_proxy: "127.0.0.1" })
})
