/** Browsers do not show longer URLs, and few servers accept them. */
const MAX_URL_CHARS = 4_000

/** Normalizes an absolute http, https or mailto URL; undefined for anything else. */
export function safeUrl(target: string): string | undefined {
  if (
    target.length > MAX_URL_CHARS ||
    /[\u0000-\u0020\u007f-\u009f]/.test(target) ||
    !/^(?:https?:\/\/[^/]|mailto:[^/])/i.test(target) ||
    !URL.canParse(target)
  )
    return undefined
  const { protocol, href } = new URL(target)
  // Percent-encoding may have made it longer.
  return ["http:", "https:", "mailto:"].includes(protocol) && href.length <= MAX_URL_CHARS ? href : undefined
}
