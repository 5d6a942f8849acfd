/** A secret in a text; `end` is exclusive. */
export interface SecretMatch {
  kind: string
  start: number
  end: number
  /**
   * Start of the text by which the secret is known, such as its name: a secret that could also be a word is replaced
   * only together with it. Default: the word before the secret.
   */
  from?: number
  /** It has the place or the shape of a secret, but was made up, and stays. */
  isFake?: boolean
}

/**
 * Detects secrets. `anchors` are words, matched in either case; at each of them `findAt` returns the secrets that follow.
 * It reads a bounded range of the text, so that all rules together take linear time.
 */
export interface SecretRule {
  anchors: readonly string[]
  /** Anchors count at the beginning of a word only: most occurrences of short ones are inside words. */
  beginsWord?: boolean
  findAt: (text: string, at: number) => SecretMatch[]
}
