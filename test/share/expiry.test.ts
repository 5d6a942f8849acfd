import { describe, expect, test } from "vitest"
import { parseDuration } from "../../src/lib/duration.ts"
import { type Expiry, isPast, nextExpiry } from "../../src/share/expiry.ts"

const day = 86_400_000
const now = new Date("2026-11-22T09:00:00.000Z")
const rule = { durationMs: 7 * day, explicit: false }

describe("a length of time", () => {
  test.each([
    ["12h", 43_200_000],
    ["1d", day],
    ["30d", 30 * day],
    ["8w", 56 * day],
    ["never", Number.POSITIVE_INFINITY],
  ])("%s", (text, length) => expect(parseDuration(text)).toBe(length))

  test.each(["", "7", "d", "0d", "-1d", "1.5d", "7D", "7 d", "1m", "1y", "Never", "100000d", "7d ", "7d7h"])(
    "%j is none",
    (text) => expect(parseDuration(text)).toBeUndefined(),
  )
})

describe("when a share ends", () => {
  const updated = "2026-11-19T09:00:00.000Z"
  const fresh = { updated: now.toISOString() }
  const end: Expiry = { expires: "2026-11-25T09:00:00.000Z" }
  const known = { ...end, updated }

  test("never, unless something was said", () => {
    expect(nextExpiry(fresh, undefined, undefined, now)).toEqual({})
  })

  test("by a rule: so long after it was first shared, however old the session is", () => {
    expect(nextExpiry(fresh, rule, 0, now)).toEqual({ expires: "2026-11-29T09:00:00.000Z" })
  })

  test("sharing the same again moves nothing", () => {
    const changed = Date.parse("2026-11-18T09:00:00.000Z")
    expect(nextExpiry(known, rule, changed, now)).toEqual(end)
    expect(nextExpiry(known, undefined, changed, now)).toEqual(end)
    expect(nextExpiry(known, { durationMs: 90 * day, explicit: false }, changed, now)).toEqual(end)
  })

  test("a session that goes on takes an end by a rule with it, and a clock in the future does not", () => {
    const changed = Date.parse("2026-11-20T09:00:00.000Z")
    expect(nextExpiry(known, rule, changed, now)).toEqual({ expires: "2026-11-27T09:00:00.000Z" })
    expect(nextExpiry(known, rule, now.getTime() + 900 * day, now)).toEqual({ expires: "2026-11-29T09:00:00.000Z" })
  })

  test("a shorter rule does not move it to earlier, and a rule of no end leaves it", () => {
    expect(nextExpiry(known, { durationMs: day, explicit: false }, now.getTime(), now)).toEqual(end)
    expect(nextExpiry(known, { durationMs: Number.POSITIVE_INFINITY, explicit: false }, now.getTime(), now)).toEqual(
      end,
    )
  })

  test("what was asked for stays, until something else is asked for", () => {
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

  test("an unreadable end is as good as none", () => {
    expect(nextExpiry({ updated, expires: "soon" }, undefined, undefined, now)).toEqual({})
  })
})

test("an end has come at its very moment, and what is no time never comes", () => {
  expect(isPast(now.toISOString(), now)).toBe(true)
  expect(isPast(new Date(now.getTime() + 1).toISOString(), now)).toBe(false)
  for (const none of [undefined, "", "soon", 0, null, {}]) expect(isPast(none, now)).toBe(false)
})
