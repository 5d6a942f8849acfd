import { matchedValue, type NamedValue, type TellingName } from "./notation.ts"

const CONTENT = /[^<>\r\n]{0,200}>\s{0,64}(?:<!\[CDATA\[)?([^<>\s][^<>\r\n]{0,2000}?)(?:\]\]>)?\s{0,64}<\//dy
/** The value after a name in an attribute or a `<key>`: another attribute, or the next element. */
const VALUE =
  /["']?\s{1,32}(?:value|default|content)\s?=\s?(?:"([^"\r\n]{1,2000})"|'([^'\r\n]{1,2000})')|["'][^<>\r\n]{0,80}>\s{0,32}<value>([^<>\r\n]{1,2000})<|<\/(?:key|name)>\s{0,32}<(?:string|value)>([^<>\r\n]{1,2000})</dy

/** XML: `<password>x</password>`, `<add key="Password" value="x"/>`, `<key>Password</key><string>x</string>`. */
export function elements(text: string, name: TellingName): NamedValue[] {
  const opens =
    text[name.start - 1] === "<" ||
    (text[name.start - 1] === ":" && /<[\w-]{1,40}:$/.test(text.slice(Math.max(0, name.start - 44), name.start)))
  if (opens) return matchedValue(CONTENT, text, name.end, "exact")
  return matchedValue(VALUE, text, name.end, "exact")
}
