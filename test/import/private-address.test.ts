import { expect, test } from "vitest"
import { isPrivate } from "../../src/import/private-address.ts"

test.each(
  "127.0.0.1 127.255.0.3 10.1.2.3 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 255.255.255.255 ::1 :: fe80::1 fc00::1 fd12:3456::1 ff02::1 ::ffff:127.0.0.1 ::ffff:7f00:1 ::FFFF:10.0.0.1 64:ff9b::a00:1 2002:7f00:1::1 2001::1 2001:db8::1 localhost nonsense".split(
    " ",
  ),
)("%s is private", (address) => {
  expect(isPrivate(address)).toBe(true)
})

test.each("1.1.1.1 8.8.8.8 172.15.0.1 172.32.0.1 192.167.1.1 100.128.0.1 2606:4700::1111 2a00:1450::1".split(" "))(
  "%s is public",
  (address) => {
    expect(isPrivate(address)).toBe(false)
  },
)
