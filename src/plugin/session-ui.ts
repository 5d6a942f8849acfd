import { ShareError } from "../errors.ts"
import { terminalText, titleLine } from "../lib/terminal-text.ts"

/** Interface of OpenCode's terminal to the commands, in both generations. Texts are escaped before they get there. */
export interface SessionUi {
  toast(toast: { variant: "info" | "success" | "error"; title?: string; message: string; duration?: number }): void
  /** Asks a question; undefined if this OpenCode has no dialogs. */
  confirm: ((question: Confirmation) => Promise<boolean>) | undefined
  /** Offers a list; undefined if this OpenCode has no dialogs. */
  select: (<Value>(title: string, choices: Choice<Value>[]) => Promise<Value | undefined>) | undefined
  /** Closes the dialog on the screen. */
  close(): void
  /** Copies a text. Returns whether the terminal accepted it. */
  copy(text: string): boolean
  /** Id of the session on the screen. */
  currentSession(): string | undefined
}

export interface Confirmation {
  title: string
  message: string
  yes: string
}

export interface Choice<Value> {
  title: string
  value: Value
  description?: string
  footer?: string
}

/** Time that a toast with a link or an error stays. */
export const LONG_TOAST_MS = 15_000

/** Id of the session on the screen. Throws `bad-usage` if there is none. */
export function currentSession(ui: SessionUi): string {
  const session = ui.currentSession()
  if (session === undefined) throw new ShareError("bad-usage", "Open a session first.")
  return session
}

/** Escapes all texts for the terminal: titles, stores and links come from a bucket. */
export function escapingUi(ui: SessionUi): SessionUi {
  const { confirm, select } = ui
  return {
    ...ui,
    toast: ({ title, message, ...rest }) =>
      ui.toast({ ...rest, ...(title !== undefined && { title: titleLine(title) }), message: terminalText(message) }),
    confirm:
      confirm &&
      (({ title, message, yes }) => confirm({ title: titleLine(title), message: terminalText(message), yes })),
    select:
      select &&
      ((title, choices) =>
        select(
          titleLine(title),
          choices.map((choice) => ({
            ...choice,
            title: titleLine(choice.title),
            ...(choice.description !== undefined && { description: terminalText(choice.description) }),
            ...(choice.footer !== undefined && { footer: terminalText(choice.footer) }),
          })),
        )),
  }
}
