import { terminalText } from "../lib/terminal-text.ts"
import { promptStream } from "./output.ts"
import type { Terminal } from "./terminal.ts"

// The only module that draws prompts. They move the cursor, so all their texts are escaped first.

/** Asks yes or no; "no" is preselected. False also if the prompt is cancelled. */
export async function promptYesNo({ stderr }: Terminal, message: string): Promise<boolean> {
  const { confirm } = await import("@clack/prompts")
  const options = { message: terminalText(message), initialValue: false, output: promptStream(stderr) }
  return (await confirm(options)) === true
}

export interface PromptChoice<T extends string> {
  value: T
  label: string
  hint?: string
}

/** Asks for one of several choices; undefined if the prompt is cancelled. */
export async function promptChoice<T extends string>(
  { stderr }: Terminal,
  message: string,
  choices: readonly PromptChoice<T>[],
): Promise<T | undefined> {
  const { select } = await import("@clack/prompts")
  const options = choices.map(({ value, label, hint }) => ({
    value: value as string,
    label: terminalText(label),
    ...(hint !== undefined && { hint: terminalText(hint) }),
  }))
  const answer = await select({ message: terminalText(message), options, output: promptStream(stderr) })
  return choices.find(({ value }) => value === answer)?.value
}

export interface TextQuestion {
  message: string
  placeholder: string
  /** The answer to begin with, which can be edited. */
  initial?: string | undefined
  /** Returns why an answer is invalid, or undefined. The user can then edit it. */
  validate?: (answer: string) => string | undefined
}

/** Asks for a line of text; "" if left empty, undefined if the prompt is cancelled. */
export async function promptText(
  { stderr }: Terminal,
  { message, placeholder, initial, validate }: TextQuestion,
): Promise<string | undefined> {
  const { text } = await import("@clack/prompts")
  const answer = await text({
    message: terminalText(message),
    placeholder: terminalText(placeholder),
    ...(initial !== undefined && { initialValue: terminalText(initial) }),
    validate(answer) {
      const reason = validate?.(answer?.trim() ?? "")
      return reason === undefined ? undefined : terminalText(reason)
    },
    output: promptStream(stderr),
  })
  // A cancelled prompt returns a symbol.
  return typeof answer === "symbol" ? undefined : (answer?.trim() ?? "")
}
