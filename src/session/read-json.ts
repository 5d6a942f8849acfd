import type { Json, JsonFields } from "./model.ts"

/** A JSON object with unknown fields. */
export type UnknownFields = Readonly<Record<string, unknown>>

const NO_FIELDS: UnknownFields = Object.freeze({})

export function isFields(value: unknown): value is UnknownFields {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

/** The object, or an empty one for any other value, so that missing fields read as undefined. */
export function fields(value: unknown): UnknownFields {
  return isFields(value) ? value : NO_FIELDS
}

/** The array, or an empty one for any other value. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** The strings of an array; other items are left out. */
export function texts(value: unknown): string[] {
  return list(value).filter((item) => typeof item === "string")
}

/** The string, or "" for any other value. */
export function text(value: unknown): string {
  return typeof value === "string" ? value : ""
}

/** The string if it is not empty. */
export function optionalText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined
}

/** The number if it is finite: JSON can contain 1e999, which is parsed as Infinity. */
function optionalNumber(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined
}

/** The number if it is finite, or 0 for any other value. */
export function number(value: unknown): number {
  return optionalNumber(value) ?? 0
}

/** The number if it is finite and not negative. */
export function optionalAmount(value: unknown): number | undefined {
  const number = optionalNumber(value)
  return number !== undefined && number >= 0 ? number : undefined
}

export function amount(value: unknown): number {
  return optionalAmount(value) ?? 0
}

// Maximum time of Date (ECMA-262, 21.4.1.1): later ones make toISOString throw.
const MAX_DATE_MS = 8.64e15

/** Milliseconds since 1970, if Date can represent them. */
export function optionalTime(value: unknown): number | undefined {
  const number = optionalAmount(value)
  return number !== undefined && number <= MAX_DATE_MS ? number : undefined
}

/** Removes undefined fields. */
export function definedFields(values: { [key: string]: Json | undefined }): JsonFields {
  const fields: JsonFields = {}
  for (const name in values) if (values[name] !== undefined) fields[name] = values[name]
  return fields
}
