/** A JSON object of which nothing is known yet. */
export type Fields = Readonly<Record<string, unknown>>

const nothing: Fields = Object.freeze({})

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

/** The object, or an empty one for anything else: what is missing reads as undefined further down. */
export function fields(value: unknown): Fields {
  return isFields(value) ? value : nothing
}

/** The list, or an empty one for anything else. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** The texts of a list; what is no text is left out. */
export function texts(value: unknown): string[] {
  return list(value).filter((item) => typeof item === "string")
}

/** The text, or "" for anything else. */
export function text(value: unknown): string {
  return typeof value === "string" ? value : ""
}

/** The text if there is one that is not empty. */
export function optionalText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined
}

/** The number, if it is one: JSON can say 1e999, which is read as Infinity. */
function optionalNumber(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined
}

/** An amount: a number that is not negative, or undefined. */
export function optionalAmount(value: unknown): number | undefined {
  const number = optionalNumber(value)
  return number !== undefined && number >= 0 ? number : undefined
}

export function amount(value: unknown): number {
  return optionalAmount(value) ?? 0
}

// The last moment that Date knows (ECMA-262, 21.4.1.1): later ones make toISOString throw.
const lastMoment = 8.64e15

/** Milliseconds since 1970, if Date can show them. */
export function optionalTime(value: unknown): number | undefined {
  const number = optionalAmount(value)
  return number !== undefined && number <= lastMoment ? number : undefined
}
