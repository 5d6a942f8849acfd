import { BlockList, isIP } from "node:net"

const own = new BlockList()
// Not reachable from everywhere, by the registries of IANA for special addresses (RFC 6890 and what followed it).
for (const [address, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
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
] as const)
  special.addSubnet(address, bits, "ipv6")

/** Whether an IP address is of this machine, of a network around it or of no use, and not one of the public internet. */
export function isPrivate(address: string): boolean {
  const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(address)?.[1]
  const version = isIP(mapped ?? address)
  if (version === 4) return own.check(mapped ?? address, "ipv4")
  if (version !== 6) return true
  return !global.check(address, "ipv6") || special.check(address, "ipv6")
}
