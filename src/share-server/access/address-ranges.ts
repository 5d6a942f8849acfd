import ipaddr from "ipaddr.js"

type Address = ReturnType<typeof ipaddr.process>

/** Addresses and ranges in CIDR notation, IPv4 and IPv6. */
export interface AddressRanges {
  /** Whether an address is in one of the ranges. IPv4 in IPv6 (`::ffff:10.0.0.5`) counts as IPv4. */
  includes(address: string): boolean
}

/** Whether a text is an address or a range: `10.0.0.5`, `10.0.0.0/8`, `fd00::/8`. */
export const isAddressRange = (text: string): boolean => parseRange(text) !== undefined

/** @param ranges texts for which `isAddressRange` is true */
export function addressRanges(ranges: readonly string[]): AddressRanges {
  const parsed = ranges.flatMap((text) => parseRange(text) ?? [])
  return {
    includes(text) {
      if (!ipaddr.isValid(text)) return false
      const address = ipaddr.process(text)
      return parsed.some(({ start, bits }) => address.kind() === start.kind() && address.match(start as never, bits))
    },
  }
}

function parseRange(text: string): { start: Address; bits: number } | undefined {
  // Short forms of IPv4 (`10.1`) are not what an administrator means.
  const [address = "", length, ...rest] = text.split("/")
  const isWritten = ipaddr.IPv6.isValid(address) || ipaddr.IPv4.isValidFourPartDecimal(address)
  if (!isWritten || rest.length > 0) return undefined
  const start = ipaddr.process(address)
  const maxBits = start.kind() === "ipv4" ? 32 : 128
  const bits = length === undefined ? maxBits : /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN
  return bits <= maxBits ? { start, bits } : undefined
}
