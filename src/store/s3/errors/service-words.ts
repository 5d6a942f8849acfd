const MAX_WORDS_CHARS = 400

/** Sentences that say no more than the code or our own sentence. */
const BOILERPLATE =
  /^(?:unknown ?error|access ?denied|forbidden|null|the specified bucket does not exist|could not load credentials from any providers|the specified key does not exist)$/i

/** Message of a service about a refusal, as the end of a sentence: ` (the service says: …)`; "" if that adds nothing. */
export function serviceWords({ message, code }: { message: string; code: string }, speaker = "the service"): string {
  const said = message
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .trim()
    .replace(/\.$/, "")
    .slice(0, MAX_WORDS_CHARS)
  return said === "" || said === code || BOILERPLATE.test(said) ? "" : ` (${speaker} says: ${said})`
}
