import { describe, expect, test } from "vitest"
import { parseDuration } from "../../src/lib/duration.ts"
import { type Expiry, isPast, nextExpiry } from "../../src/share/expiry.ts"

const day = 86_400_000
const now = new Date("2026-11-22T09:00:00.000Z")
const rule = { durationMs: 7 * day, explicit: false }

describe("a lifetime", () => {
  test.each([
    ["12h", 43_200_000],
    ["1d", day],
    ["30d", 30 * day],
    ["8w", 56 * day],
    ["never", Number.POSITIVE_INFINITY],
  ])("%s", (text, length) => expect(parseDuration(text)).toBe(length))

  test.each(["", "7", "d", "0d", "-1d", "1.5d", "7D", "7 d", "1m", "1y", "Never", "100000d", "7d ", "7d7h"])(
    "%j is invalid",
    (text) => expect(parseDuration(text)).toBeUndefined(),
  )
})

describe("the expiry of a share", () => {
  const updated = "2026-11-19T09:00:00.000Z"
  const fresh = { updated: now.toISOString() }
  const end: Expiry = { expires: "2026-11-25T09:00:00.000Z" }
  const known = { ...end, updated }

  test("is never by default", () => {
    expect(nextExpiry(fresh, undefined, undefined, now)).toEqual({})
  })

  test("by a setting counts from the first share, whatever the age of the session", () => {
    expect(nextExpiry(fresh, rule, 0, now)).toEqual({ expires: "2026-11-29T09:00:00.000Z" })
  })

  test("is not moved by sharing the same content again", () => {
    const changed = Date.parse("2026-11-18T09:00:00.000Z")
    expect(nextExpiry(known, rule, changed, now)).toEqual(end)
    expect(nextExpiry(known, undefined, changed, now)).toEqual(end)
    expect(nextExpiry(known, { durationMs: 90 * day, explicit: false }, changed, now)).toEqual(end)
  })

  test("by a setting moves when the session continues, but not by a clock in the future", () => {
    const changed = Date.parse("2026-11-20T09:00:00.000Z")
    expect(nextExpiry(known, rule, changed, now)).toEqual({ expires: "2026-11-27T09:00:00.000Z" })
    expect(nextExpiry(known, rule, now.getTime() + 900 * day, now)).toEqual({ expires: "2026-11-29T09:00:00.000Z" })
  })

  test("is not moved earlier by a shorter setting, nor removed by never", () => {
    expect(nextExpiry(known, { durationMs: day, explicit: false }, now.getTime(), now)).toEqual(end)
    expect(nextExpiry(known, { durationMs: Number.POSITIVE_INFINITY, explicit: false }, now.getTime(), now)).toEqual(
      end,
    )
  })

  test("by a flag stays until another flag", () => {
    const asked = { ...known, expiryAsked: true } as const
    expect(nextExpiry(asked, rule, now.getTime(), now)).toEqual({ ...end, expiryAsked: true })
    expect(nextExpiry({ updated, expiryAsked: true }, rule, now.getTime(), now)).toEqual({ expiryAsked: true })
    const sooner = { durationMs: 3_600_000, explicit: true }
    expect(nextExpiry(asked, sooner, undefined, now)).toEqual({
      expires: "2026-11-22T10:00:00.000Z",
      expiryAsked: true,
    })
    const never = { durationMs: Number.POSITIVE_INFINITY, explicit: true }
    expect(nextExpiry(asked, never, undefined, now)).toEqual({ expiryAsked: true })
  })

  test("is never if it cannot be parsed", () => {
    expect(nextExpiry({ updated, expires: "soon" }, undefined, undefined, now)).toEqual({})
  })
})

test("is reached at its exact time, and never for an invalid time", () => {
  expect(isPast(now.toISOString(), now)).toBe(true)
  expect(isPast(new Date(now.getTime() + 1).toISOString(), now)).toBe(false)
  for (const none of [undefined, "", "soon", 0, null, {}]) expect(isPast(none, now)).toBe(false)
})
