/**
 * A kind of token: its name, its shape, and where the shape is stated.
 *
 * Shapes are literal text with classes of characters in braces and their number: `{w36}` 36 letters or digits, `{u20-300}`
 * 20 to 300 of base64url, `{w36+}` at least 36. Classes: `w` A-Z a-z 0-9, `l` a-z 0-9, `U` A-Z 0-9, `u` base64url, `b`
 * base64, `p` base64url and `.=`, `x` hexadecimal in lower case, `h` in either, `d` digits, `z` base32 in lower case, `Z`
 * in upper case, `g` a UUID, `=` padding. The name up to its parenthesis is what a mark says.
 *
 * `near`: words of which one has to stand before the token on its line, for shapes that other values have as well.
 */
export type KindRow = readonly [name: string, shape: string, source: Source, near?: string]

/** Public rule sets and documentation from which the shapes are known, with the date of the version read. */
export const SOURCES = {
  G: "gitleaks, config/gitleaks.toml, 2026-07-22",
  B: "betterleaks, config/betterleaks.toml, 2026-07-23",
  T: "trufflehog, pkg/detectors, 2026-08-21",
  S: "secretlint, preset recommend 13, 2026-08-21",
  H: "GitHub, supported secret scanning patterns, 2026-11",
  P: "the provider's own documentation, 2026-11",
} as const

type Source = keyof typeof SOURCES
