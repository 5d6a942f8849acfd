import { terminalText } from "../lib/terminal-text.ts"
import { promptStream } from "./output.ts"
import type { Terminal } from "./terminal.ts"

// The one place that has prompts drawn: they move the cursor, so what they show is escaped before.

/** Asks yes or no, which is what is chosen at first; false also for a prompt that is left. */
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

/** Asks for one of several; undefined for a prompt that is left. */
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
  /** What stands against an answer, if something does: then it can be typed again. */
  validate?: (answer: string) => string | undefined
}

/** Asks for a line of text; "" where none was typed, undefined for a prompt that is left. */
export async function promptText(
  { stderr }: Terminal,
  { message, placeholder, validate }: TextQuestion,
): Promise<string | undefined> {
  const { text } = await import("@clack/prompts")
  const answer = await text({
    message: terminalText(message),
    placeholder: terminalText(placeholder),
    validate(answer) {
      const reason = validate?.(answer?.trim() ?? "")
      return reason === undefined ? undefined : terminalText(reason)
    },
    output: promptStream(stderr),
  })
  // A prompt that is left answers with a symbol.
  return typeof answer === "symbol" ? undefined : (answer?.trim() ?? "")
}
