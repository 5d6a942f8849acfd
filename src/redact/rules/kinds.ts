import { isHighEntropy } from "../values/entropy.ts"
import { isFake } from "../values/placeholders.ts"
import { wordShare } from "../values/words.ts"
import { hasCrc32Checksum } from "./checksums.ts"
import type { KindRow } from "./kind-table.ts"
import { kindsOfClouds } from "./kinds-of-clouds.ts"
import { kindsOfCode } from "./kinds-of-code.ts"
import { kindsOfServices } from "./kinds-of-services.ts"
import type { SecretMatch, SecretRule } from "./secret-rule.ts"

/** All kinds of tokens that are known by their shape. */
export const kinds: readonly KindRow[] = [...kindsOfCode, ...kindsOfClouds, ...kindsOfServices]

const CLASSES: Record<string, string> = {
  w: "A-Za-z0-9",
  l: "a-z0-9",
  U: "A-Z0-9",
  u: "\\w-",
  _: "\\w",
  b: "A-Za-z0-9+/",
  p: "\\w.=~-",
  x: "0-9a-f",
  h: "0-9a-fA-F",
  d: "0-9",
  z: "a-z2-7",
  Z: "A-Z2-7",
  "=": "=",
}
const UUID = "[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
const HARMLESS_PREFIX =
  /[.\w-]*(?:commit|sha|hash|digest|md5|checksum|etag|trace|build|version|uuid|index|tree|blob|object|_id|-id|\bid|Id)\b[\w ".'-]{0,8}[:= ]/
const MIN_TELLING_PREFIX_CHARS = 4
/** Share of a shape's length that is enough behind a telling prefix: formats grow and shrink. */
const MIN_SHARE = 0.75
const MAX_TOKEN_CHARS = 2_000

interface TokenShape {
  source: string
  /** Literal text at its beginning. */
  prefix: string
  /** The longest literal text in it, and the most characters before it. */
  anchor: string
  before: number
}

/** Translates a shape of the table. */
function parseShape(shape: string): TokenShape {
  const pieces = shape.split(/(\{[^}]+\})/).filter((piece) => piece !== "")
  const prefix = pieces[0]!.startsWith("{") ? "" : pieces[0]!
  const isTelling = prefix.length >= MIN_TELLING_PREFIX_CHARS
  let [source, length, anchor, before] = ["", 0, "", 0]
  for (const [at, piece] of pieces.entries()) {
    const parts = /^\{(.)(\d*)(\+|-(\d+))?\}$/.exec(piece)
    if (!parts) {
      if (anchor === "" || (!prefix && piece.length > anchor.length)) [anchor, before] = [piece, length]
      source += piece.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")
      length += piece.length
      continue
    }
    const [, name, least, more, most] = parts as unknown as [string, string, string, string?, string?]
    if (name === "g") {
      source += UUID
      length += 36
      continue
    }
    const low = Number(least)
    const isLast = at === pieces.length - 1
    const min = isTelling && low >= 12 ? Math.ceil(low * MIN_SHARE) : low
    const max = most ? Number(most) : more || (isTelling && isLast) ? Math.max(low * 4, low + 100) : low
    source += `[${CLASSES[name]}]{${min},${max}}`
    length += max
  }
  return { source, prefix, anchor, before }
}

const TOKEN_END = "(?![A-Za-z0-9])"
/** Kind as marks name it: `github token` for `github token (personal)`. */
const labelOf = (name: string) => name.replace(/ \(.*$/, "")

/** Whether a token's part behind its prefix is as random as tokens are. */
function isRandom(rest: string): boolean {
  if (rest.length >= 16 && isHighEntropy(rest)) return true
  const share = wordShare(rest)
  // Words in names change case or have separators. Of random letters and digits in one case, one in a thousand has a
  // higher share of likely pairs than 0.85.
  const isOneCase = /^(?:[A-Z\d]{16,}|[a-z\d]{16,})$/.test(rest)
  if (/\d/.test(rest)) return share < (isOneCase ? 0.85 : 0.6)
  return isOneCase ? share < 0.6 : rest.length >= 20 && share < 0.4
}

function judged(name: string, start: number, token: string, prefix: string): SecretMatch[] {
  const match = { kind: labelOf(name), start, end: start + token.length }
  const hasChecksum = /^(?:github|npm) token/.test(name) && hasCrc32Checksum(token)
  if (hasChecksum) return [match]
  const rest = token.slice(prefix.length)
  if (isFake(rest)) return [{ ...match, isFake: true }]
  return isRandom(rest) ? [match] : []
}

/** A rule for a shape that begins with literal text. */
function prefixRule(name: string, { source, prefix }: TokenShape): SecretRule {
  let pattern: RegExp | undefined
  return {
    anchors: [prefix.toLowerCase()],
    beginsWord: true,
    findAt(text, at) {
      pattern ??= new RegExp(`${source}${TOKEN_END}`, "y")
      pattern.lastIndex = at
      const token = pattern.exec(text)?.[0]
      return token === undefined ? [] : judged(name, at, token, prefix)
    },
  }
}

/** A rule for a shape with literal text inside. */
function innerRule(name: string, { source, anchor, before }: TokenShape): SecretRule {
  let pattern: RegExp | undefined
  return {
    anchors: [anchor.toLowerCase()],
    findAt(text, at) {
      if (!text.startsWith(anchor, at)) return []
      pattern ??= new RegExp(`(?<![A-Za-z0-9/]|[A-Za-z0-9/]\\+)${source}${TOKEN_END}`, "g")
      const from = Math.max(0, at - before - 1)
      for (const match of text.slice(from, at + MAX_TOKEN_CHARS / 4).matchAll(pattern)) {
        const start = from + match.index
        if (start > at) break
        if (start + match[0].length > at) return judged(name, start, match[0], "")
      }
      return []
    },
  }
}

const MAX_GAP_CHARS = 48
const gapOf = `[^\\n]{0,${MAX_GAP_CHARS}}?(?:\\n[-*\\s]{1,6})?`
const connector = /[:=]|\b(?:use|uses|using|is|with|key|token|secret|password|api|auth)\b|\n/i

/** A rule for a shape that is only known with a word before it. */
function nearRule(name: string, { source }: TokenShape, near: string): SecretRule {
  let pattern: RegExp | undefined
  const isUuid = source === UUID
  return {
    anchors: near.split(" "),
    findAt(text, at) {
      pattern ??= new RegExp(`(${gapOf})(?<![\\w+/.-])(${source})(?![\\w+/-])`, "y")
      pattern.lastIndex = at
      const match = pattern.exec(text)
      if (!match) return []
      const [whole, gap, token] = match as unknown as [string, string, string]
      if (!connector.test(gap) || HARMLESS_PREFIX.test(gap)) return []
      const start = at + whole.length - token.length
      if (isFake(token)) return [{ kind: labelOf(name), start, end: start + token.length, isFake: true }]
      return isUuid || isRandom(token) ? [{ kind: labelOf(name), start, end: start + token.length, from: at }] : []
    },
  }
}

function ruleOf([name, text, , near]: KindRow): SecretRule {
  const shape = parseShape(text)
  if (near !== undefined) return nearRule(name, shape, near)
  return shape.prefix === "" ? innerRule(name, shape) : prefixRule(name, shape)
}

/** One rule for each kind of the table. */
export const kindRules = (): SecretRule[] => kinds.map(ruleOf)
