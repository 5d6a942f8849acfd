import { kinds } from "../../../src/redact/rules/kinds.ts"
import { source } from "../secrets.ts"
import { commands, outputs } from "./commands.ts"
import { bareNotations, keyNames, nameOf, passwordNames, quotedNotations } from "./notations.ts"
import { prose } from "./prose.ts"
import type { Case } from "./recall.ts"
import { tokensOfCode } from "./tokens-of-code.ts"
import { otherTokens, tokensOfServices } from "./tokens-of-services.ts"
import { tokensOfVariants } from "./tokens-of-variants.ts"
import { plainValues, values } from "./values.ts"

const anyName = () => nameOf(source().chance(0.5) ? passwordNames : keyNames)
// UUIDs, words and digits are what passwords are made of; keys are machine-made.
const forKeys = plainValues.filter(
  (name) => !/^(?:digits|4 words|pwgen|apple|Word|letters 8|alnum 8|lower.digits 8)/.test(name),
)
const valueFor = (name: string, from: readonly string[] = plainValues) => {
  const made = source().pick(passwordNames.includes(name) ? from : forKeys)
  return { made, value: values[made]!() }
}

/** Values for places that a password fits, by name of their generator. */
const typed = plainValues.filter((name) => !/^(?:digits)/.test(name))

/** Every notation with values of several generators. */
export const notationCases = (each: number): Case[] =>
  Object.entries({ ...quotedNotations, ...bareNotations }).flatMap(([notation, text]) =>
    Array.from({ length: each }, () => {
      const name = anyName()
      const isQuoted = notation in quotedNotations
      const { made, value } = valueFor(name, isQuoted ? Object.keys(values) : plainValues)
      return {
        group: isQuoted ? "quoted notations" : "bare notations",
        name: `${notation} (${name}, ${made})`,
        text: text(name, value),
        secrets: [value],
      }
    }),
  )

const filled = (group: string, template: string, made: string): Case => {
  const value = values[made]!()
  return { group, name: `${template} (${made})`, text: template.replace("{}", () => value), secrets: [value] }
}

/** Every command with values of several generators. */
export const commandCases = (each: number): Case[] =>
  commands.flatMap((command) => Array.from({ length: each }, () => filled("commands", command, source().pick(typed))))

/** Every command whose output is a secret, as a transcript. */
export const outputCases = (each: number): Case[] =>
  outputs.flatMap((command) =>
    Array.from({ length: each }, () =>
      filled("outputs", `$ ${command.replace("{}", "")}\n{}\n$ `, source().pick(typed)),
    ),
  )

const machineMade = typed.filter((name) => !/^(?:lower \d|letters|4 words|UPPER 16)/.test(name))

/** Every sentence with values of several generators. */
export const proseCases = (each: number): Case[] =>
  Object.entries(prose).flatMap(([language, sentences]) =>
    sentences.flatMap((sentence) =>
      Array.from({ length: each }, () => {
        const one = filled("prose", sentence, source().pick(machineMade))
        return { ...one, name: `${language}: ${one.name}` }
      }),
    ),
  )

/** Generators of the kinds of the table, by name. */
export const generators: Record<string, () => string> = { ...tokensOfCode, ...tokensOfServices, ...tokensOfVariants }
const wordsNear = new Map(kinds.map(([name, , , near]) => [name, near?.split(" ")]))

/** Tokens of services, each alone in places without a telling name. */
export const tokenCases = (each: number): Case[] =>
  Object.entries({ ...generators, ...otherTokens }).flatMap(([kind, make]) =>
    Array.from({ length: each }, () => {
      const token = make()
      const service = source().pick(
        wordsNear.get(kind) ?? [kind.replace(/ (?:key|token|secret|webhook|password|cookie|app password|id)\b.*$/, "")],
      )
      const [place, text] = source().pick(Object.entries(aroundTokens))
      // The host of a webhook stays.
      const secret = token.replace(/^https:.*?\/(?:services|webhooks|webhookb2|catch|webhook)\//, "")
      return { group: "provider tokens", name: `${kind} (${place})`, text: text(service, token), secrets: [secret] }
    }),
  )

const aroundTokens: Record<string, (service: string, token: string) => string> = {
  "SERVICE=": (service, token) => `${service.toUpperCase().replace(/\W/g, "_")}=${token}`,
  JSON: (service, token) => JSON.stringify({ [service]: token }),
  YAML: (service, token) => `${service.replaceAll(" ", "-")}: ${token}\nother: x`,
  sentence: (service, token) => `For ${service} use ${token} please`,
  list: (service, token) => `- ${service}\n- ${token}\n`,
  header: (service, token) => `> x-${service.replaceAll(" ", "-")}: ${token}`,
}
