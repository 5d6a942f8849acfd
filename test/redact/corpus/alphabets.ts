import { source } from "../secrets.ts"
import { any } from "./values.ts"

const lower = "abcdefghijklmnopqrstuvwxyz"
const digits = "0123456789"
const alphanumeric = `${lower}${lower.toUpperCase()}${digits}`
const of = (alphabet: string) => (length: number) => any(length, alphabet)

/** Letters and digits. */
export const w = of(alphanumeric)
/** The alphabet of base64url; never begins or ends with `-`. */
export const u = (length: number) => w(1) + any(length - 2, `${alphanumeric}-_`) + w(1)
export const x = of(`${digits}abcdef`)
export const h = of(`${digits}abcdefABCDEF`)
export const l = of(lower + digits)
export const U = of(lower.toUpperCase() + digits)
export const d = (length: number) => any(1, "123456789") + any(length - 1, digits)
/** The alphabet of base64. */
export const b = (length: number) => w(1) + any(length - 2, `${alphanumeric}+/`) + w(1)
/** The alphabet of base32 in lower case. */
export const z = of(`${lower}234567`)
export const pick = <T>(choices: readonly T[]): T => source().pick(choices)
export const uuid = () => `${x(8)}-${x(4)}-4${x(3)}-a${x(3)}-${x(12)}`
