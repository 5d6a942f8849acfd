import { isFields, type UnknownFields } from "../read-json.ts"

/** Which parts of a JSON value are kept: `PLAIN` a string, number or boolean, `ANY` everything; fields and lists by theirs. */
export type Shape = typeof PLAIN | typeof ANY | readonly [Shape] | ObjectShape

/** A string, number, boolean or null. */
export const PLAIN = "plain"
/** Any value. */
export const ANY = "any"

/** Fields of an object that are kept. */
export type ObjectShape = { readonly [name: string]: Shape }

/** Reduces a value to a shape; undefined if nothing of it is left. Fields that the shape does not name are dropped. */
export function reduce(value: unknown, shape: Shape): unknown {
  if (shape === ANY) return value
  if (shape === PLAIN) return typeof value === "object" ? undefined : value
  if (Array.isArray(shape)) {
    const [item] = shape as readonly [Shape]
    return Array.isArray(value) ? value.map((one) => reduce(one, item)).filter((one) => one !== undefined) : undefined
  }
  return isFields(value) ? reduceFields(value, shape as ObjectShape) : undefined
}

/** Reduces an object to the fields of a shape. */
export function reduceFields(value: UnknownFields, shape: ObjectShape): UnknownFields {
  const found = Object.keys(shape).flatMap((name) => {
    const kept = Object.hasOwn(value, name) ? reduce(value[name], shape[name]!) : undefined
    return kept === undefined ? [] : [[name, kept] as const]
  })
  return Object.fromEntries(found)
}
