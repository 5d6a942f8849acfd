import { BlockList, isIP } from "node:net"

const own = new BlockList()
// Not reachable from everywhere, by the registries of IANA for special addresses (RFC 6890 and what followed it).
for (const [address, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  // Azure's metadata and health service, which is on every virtual machine there.
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
  own.addSubnet(address, bits, "ipv4")
// Of IPv6, what is reachable from everywhere is in 2000::/3; of that, these stand for addresses of IPv4 or for nothing.
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
// IPv4 as IPv6 sees it: mapped (RFC 4291), and behind the well-known prefix of a NAT64 (RFC 6052).
carriers.addSubnet("::ffff:0:0", 96, "ipv6")
carriers.addSubnet("64:ff9b::", 96, "ipv6")
const loopback = new BlockList()
loopback.addSubnet("127.0.0.0", 8, "ipv4")
loopback.addAddress("::1", "ipv6")

/** Whether an IP address is of this machine, of a network around it or of no use, and not one of the public internet. */
export function isPrivate(given: string): boolean {
  const address = withoutZone(given)
  const carried = carriedBy(address)
  const version = isIP(carried ?? address)
  if (version === 4) return own.check(carried ?? address, "ipv4")
  if (version !== 6) return true
  return !global.check(address, "ipv6") || special.check(address, "ipv6")
}

/** Whether an IP address is of this machine. */
export function isLoopback(given: string): boolean {
  const address = withoutZone(given)
  const version = isIP(address)
  return version !== 0 && loopback.check(address, version === 4 ? "ipv4" : "ipv6")
}

/** `fe80::1%eth0` → `fe80::1` */
const withoutZone = (address: string) => address.replace(/%.*$/, "")

/** The address of IPv4 that one of IPv6 stands for, if it does. */
function carriedBy(address: string): string | undefined {
  if (isIP(address) !== 6 || !carriers.check(address, "ipv6")) return undefined
  const dotted = /:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1]
  if (dotted) return dotted
  const [high = 0, low = 0] = lastGroups(address)
  return [high >> 8, high & 255, low >> 8, low & 255].join(".")
}

/** The last two of the eight groups; what `::` leaves out is zero. */
function lastGroups(address: string): [number, number] {
  const tail = address.split("::").at(-1) ?? ""
  const groups = tail.split(":").filter(Boolean)
  const [high, low] = [groups.at(-2) ?? "0", groups.at(-1) ?? "0"].map((group) => Number.parseInt(group, 16))
  return [high ?? 0, low ?? 0]
}
