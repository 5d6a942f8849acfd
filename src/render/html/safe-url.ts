/** A longer address than this no browser shows and few servers take. */
const LONGEST_ADDRESS = 4_000

/** The address, made whole, if it is an absolute http, https or mailto one; undefined for anything else. */
export function safeUrl(target: string): string | undefined {
  if (
    target.length > LONGEST_ADDRESS ||
    /[\u0000-\u0020\u007f-\u009f]/.test(target) ||
    !/^(?:https?:\/\/[^/]|mailto:[^/])/i.test(target) ||
    !URL.canParse(target)
  )
    return undefined
  const { protocol, href } = new URL(target)
  // What is not ASCII is longer in the address that is asked for.
  return ["http:", "https:", "mailto:"].includes(protocol) && href.length <= LONGEST_ADDRESS ? href : undefined
}
