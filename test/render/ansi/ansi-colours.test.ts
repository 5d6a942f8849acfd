import { readFileSync } from "node:fs"
import { expect, test } from "vitest"

const read = (name: string) => readFileSync(new URL(`../../../src/styles/${name}.css`, import.meta.url), "utf8")
const declarations = (text: string) =>
  [...text.matchAll(/([\w-]+):\s*([^;]+);/g)].map(([, name, value]) => [name!, value!] as const)
const tokens = new Map(declarations(read("tokens").split("}")[0]!))

/** Rules for one element's style attributes. They have equal specificity, so that the last one wins. */
const rules = [
  ...read("terminal")
    .replace(/\/\*.*?\*\//gs, "")
    .matchAll(/([^{}]+)\{([^{}]*)\}/g),
]
  .map(([, selectors, body]) => ({
    classes: selectors!.split(",").map((selector) => /^\.terminal \[(\w+)\]$/.exec(selector.trim())?.[1]),
    declarations: declarations(body!),
  }))
  .filter(({ classes }) => classes[0] !== undefined)

/** Text and background colours of an element with these classes, as `#rrggbb`. */
function coloursOf(classes: string[], scheme: 0 | 1): [string, string] {
  const values = new Map([...tokens, ["color", "var(--ink)"], ["background", "var(--panel)"]])
  for (const rule of rules)
    if (rule.classes.some((name) => classes.includes(name!)))
      for (const [name, value] of rule.declarations) values.set(name, value)
  const resolve = (value: string): string => {
    const [, name, other] = /^var\((--[\w-]+)(?:, (.*))?\)$/.exec(value) ?? []
    if (name) return resolve(values.get(name) ?? other!)
    return /^light-dark\((.*), (.*)\)$/.exec(value)?.[1 + scheme] ?? value
  }
  return [resolve(values.get("color")!), resolve(values.get("background")!)]
}

/** Relative luminance of WCAG 2. */
function luminance(colour: string): number {
  expect(colour).toMatch(/^#[0-9a-f]{6}$/)
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const level = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}

function contrast(colours: [string, string]): number {
  const [dark, light] = colours.map(luminance).sort((a, b) => a - b)
  return (light! + 0.05) / (dark! + 0.05)
}

const sixteen = [...Array(16).keys()]

test.each([
  ["light", 0],
  ["dark", 1],
] as const)("every style can be read, alone and with every other (%s)", (_, scheme) => {
  for (const foreground of ["", ...sixteen.map((n) => `a${n}`)])
    for (const background of ["", ...sixteen.map((n) => `b${n}`)])
      for (const marks of ["", "ad", "av", "ad av"]) {
        const classes = `${marks} ${foreground} ${background}`.split(" ").filter(Boolean)
        expect(contrast(coloursOf(classes, scheme)), classes.join(" ")).toBeGreaterThanOrEqual(4.5)
      }
})

test("each of the sixteen colours has a rule as foreground and background", () => {
  const named = new Set(rules.flatMap(({ classes }) => classes))
  for (const n of sixteen) {
    expect(named).toContain(`a${n}`)
    expect(named).toContain(`b${n}`)
  }
})
