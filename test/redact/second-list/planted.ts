/** A text in which secrets stand between two marks, and what ran to print it. */
export interface Planted {
  place: string
  text: string
  /** The command that printed the text; without one, somebody said it. */
  command?: string
}

/** Marks a secret within a text. */
export const secret = (value: string) => `\u0001${value}\u0002`

/** The text without marks. */
export const unmarked = (text: string) => text.replaceAll(/[\u0001\u0002]/g, "")

/** The secrets in a text. */
export const secretsIn = (text: string) => [...text.matchAll(/\u0001([^\u0002]*)\u0002/g)].map(([, value]) => value!)

/** Texts of one place that somebody said. */
export const said = (place: string, ...texts: string[]): Planted[] => texts.map((text) => ({ place, text }))

/** Outputs of commands, of one place. */
export const printed = (place: string, ...of: [command: string, output: string][]): Planted[] =>
  of.map(([command, text]) => ({ place, command, text }))
