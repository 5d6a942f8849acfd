import { BlockList, isIP } from "node:net"

const PRIVATE_V4 = new BlockList()
// Not globally reachable, according to IANA's special-purpose address registries (RFC 6890 and updates).
for (const [address, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  // Azure's metadata and health service, reachable from every virtual machine.
  ["168.63.129.16", 32],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const)
  PRIVATE_V4.addSubnet(address, bits, "ipv4")
// Global IPv6 addresses are in 2000::/3, except these ranges, which embed IPv4 addresses or are reserved.
const global = new BlockList()
global.addSubnet("2000::", 3, "ipv6")
const special = new BlockList()
for (const [address, bits] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const)
  special.addSubnet(address, bits, "ipv6")

const carriers = new BlockList()
// IPv4 embedded in IPv6: mapped (RFC 4291), and with the well-known NAT64 prefix (RFC 6052).
carriers.addSubnet("::ffff:0:0", 96, "ipv6")
carriers.addSubnet("64:ff9b::", 96, "ipv6")
const loopback = new BlockList()
loopback.addSubnet("127.0.0.0", 8, "ipv4")
loopback.addAddress("::1", "ipv6")

/** Whether an IP address is loopback, private, reserved or invalid, as opposed to public. */
export function isPrivate(given: string): boolean {
  const address = withoutZone(given)
  const carried = carriedBy(address)
  const version = isIP(carried ?? address)
  if (version === 4) return PRIVATE_V4.check(carried ?? address, "ipv4")
  if (version !== 6) return true
  return !global.check(address, "ipv6") || special.check(address, "ipv6")
}

/** Whether an IP address is a loopback address. */
export function isLoopback(given: string): boolean {
  const address = withoutZone(given)
  const version = isIP(address)
  return version !== 0 && loopback.check(address, version === 4 ? "ipv4" : "ipv6")
}

/** `fe80::1%eth0` → `fe80::1` */
const withoutZone = (address: string) => address.replace(/%.*$/, "")

/** The IPv4 address that an IPv6 address embeds, if any. */
function carriedBy(address: string): string | undefined {
  if (isIP(address) !== 6 || !carriers.check(address, "ipv6")) return undefined
  const dotted = /:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1]
  if (dotted) return dotted
  const [high = 0, low = 0] = lastGroups(address)
  return [high >> 8, high & 255, low >> 8, low & 255].join(".")
}

/** The last two of the eight groups; groups omitted by `::` are zero. */
function lastGroups(address: string): [number, number] {
  const tail = address.split("::").at(-1) ?? ""
  const groups = tail.split(":").filter(Boolean)
  const [high, low] = [groups.at(-2) ?? "0", groups.at(-1) ?? "0"].map((group) => Number.parseInt(group, 16))
  return [high ?? 0, low ?? 0]
}
