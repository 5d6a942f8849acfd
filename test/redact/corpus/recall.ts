import { redact } from "../../../src/redact/redact.ts"
import { all } from "../../support/record.ts"
import { person, places, sessionOf } from "../corpus.ts"

/** A secret in a text: `group` and `name` say where and of which kind. */
export interface Case {
  group: string
  name: string
  text: string
  secrets: string[]
}

/** The cases that were not found, each with its text after redaction. */
export interface Missed extends Case {
  seen: string
}

const spellings = (secret: string) => [
  secret,
  JSON.stringify(secret).slice(1, -1),
  secret.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]!),
  secret.replace(/['\\]/g, "\\$&"),
]

/** Whether a text contains a secret, or the longer part of it. */
function contains(text: string, secret: string): boolean {
  const length = secret.length < 12 ? secret.length : Math.ceil(secret.length * 0.6)
  return spellings(secret).some(
    (one) => text.includes(one) || text.includes(one.slice(0, length)) || text.includes(one.slice(-length)),
  )
}

/** Redacts texts, each as a prompt of one session. */
export async function redactTexts(texts: readonly string[]): Promise<string[]> {
  const { record } = await redact(sessionOf(texts.map((text) => places["prompt"]!(text))), { person })
  const messages = (await all(record.messages())) as { parts: { text: string }[] }[]
  return messages.map(({ parts }) => parts[0]!.text)
}

/** Redacts all cases as one session, and returns those whose secret is still there. */
export async function missedOf(cases: readonly Case[]): Promise<Missed[]> {
  const texts = await redactTexts(cases.map(({ text }) => text))
  return cases.flatMap((one, at) => {
    const seen = texts[at]!
    return one.secrets.some((secret) => contains(seen, secret)) ? [{ ...one, seen }] : []
  })
}

/** Share of found cases as a line of text, for each group. */
export function report(title: string, cases: readonly Case[], missed: readonly Missed[]): string {
  const groups = [...new Set(cases.map(({ group }) => group))]
  const line = (name: string, all: number, lost: number) =>
    `  ${name.padEnd(28)}${String(all - lost).padStart(6)} / ${String(all).padEnd(6)}${((1 - lost / all) * 100).toFixed(1).padStart(6)} %`
  const count = (of: readonly Case[], group: string) => of.filter((one) => one.group === group).length
  return [
    title,
    ...groups.map((group) => line(group, count(cases, group), count(missed, group))),
    line("all", cases.length, missed.length),
  ].join("\n")
}
