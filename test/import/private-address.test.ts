import fc from "fast-check"
import { expect, test } from "vitest"
import { isLoopback, isPrivate } from "../../src/import/private-address.ts"

test.each(
  "127.0.0.1 127.255.0.3 10.1.2.3 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 255.255.255.255 ::1 :: fe80::1 fc00::1 fd12:3456::1 ff02::1 ::ffff:127.0.0.1 ::ffff:7f00:1 ::FFFF:10.0.0.1 64:ff9b::a00:1 2002:7f00:1::1 2001::1 2001:db8::1 3fff::1 192.88.99.1 168.63.129.16 100.100.100.200 fd00:ec2::254 fe80::1%eth0 64:ff9b:1::808:808 ::808:808 localhost nonsense".split(
    " ",
  ),
)("%s is private", (address) => {
  expect(isPrivate(address)).toBe(true)
})

test.each(
  "1.1.1.1 8.8.8.8 172.15.0.1 172.32.0.1 192.167.1.1 100.128.0.1 168.63.129.17 ::ffff:8.8.8.8 ::ffff:808:808 64:ff9b::808:808 64:ff9b:0:0:0:0:808:808 2606:4700::1111 2a00:1450::1".split(
    " ",
  ),
)("%s is public", (address) => {
  expect(isPrivate(address)).toBe(false)
})

/** An IPv4 address in every way in which IPv6 carries one to it. */
const carried = ([a = 0, b = 0, c = 0, d = 0]: number[]) => {
  const [high, low] = [(a << 8) | b, (c << 8) | d].map((group) => group.toString(16))
  return [
    `::ffff:${a}.${b}.${c}.${d}`,
    `::ffff:${high}:${low}`,
    `0:0:0:0:0:FFFF:${high}:${low}`,
    `64:ff9b::${high}:${low}`,
    `64:ff9b::${a}.${b}.${c}.${d}`,
  ]
}

const byte = fc.integer({ min: 0, max: 255 })
const inside = fc.oneof(
  fc.tuple(fc.constantFrom(0, 10, 127), byte, byte, byte),
  fc.tuple(fc.constant(169), fc.constant(254), byte, byte),
  fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), byte, byte),
  fc.tuple(fc.constant(192), fc.constant(168), byte, byte),
  fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 }), byte, byte),
  fc.tuple(fc.integer({ min: 224, max: 255 }), byte, byte, byte),
)
const outside = fc.tuple(fc.constantFrom(1, 8, 9, 23, 52, 93, 151, 185, 217), byte, byte, byte)

test("an IPv4 address embedded in IPv6 is private if the IPv4 address is", () => {
  fc.assert(
    fc.property(inside, (bytes) => {
      for (const address of [bytes.join("."), ...carried(bytes)]) expect(isPrivate(address), address).toBe(true)
    }),
  )
  fc.assert(
    fc.property(outside, (bytes) => {
      for (const address of [bytes.join("."), ...carried(bytes)]) expect(isPrivate(address), address).toBe(false)
    }),
  )
})

test("only addresses below 2000::/3 are public in IPv6", () => {
  const group = fc.integer({ min: 0, max: 0xffff }).map((n) => n.toString(16))
  const first = fc.integer({ min: 0, max: 0xffff }).filter((n) => n >> 13 !== 1)
  fc.assert(
    fc.property(first, fc.array(group, { minLength: 7, maxLength: 7 }), (head, rest) => {
      const address = [head.toString(16), ...rest].join(":")
      fc.pre(!/^64:ff9b:/.test(address))
      expect(isPrivate(address), address).toBe(true)
    }),
  )
})

test.each(["127.0.0.1", "127.8.9.10", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1"])("%s is loopback", (address) =>
  expect(isLoopback(address)).toBe(true),
)

test.each(["10.0.0.1", "::", "::2", "::1:1", "1::", "fe80::1", "128.0.0.1", "localhost", ""])(
  "%s is not loopback",
  (address) => expect(isLoopback(address)).toBe(false),
)
