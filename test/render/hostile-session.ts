import { type Exported, exports } from "./draw.ts"

/** Texts that break out of something where they are not escaped, or that a page may not hold as they are. */
export const payloads = [
  `"><script>alert(1)</script>`,
  `'onmouseover='alert(1)' x='`,
  `" onfocus="alert(1)" autofocus="`,
  "</style><script>alert(1)</script>",
  "</pre></code></details></section></main><h1>forged</h1>",
  "</title></head><body onload=alert(1)>",
  "<!-- <img src=x onerror=alert(1)>",
  "--><svg onload=alert(1)>",
  "]]><iframe srcdoc='<script>alert(1)</script>'>",
  "<plaintext><textarea><noscript>",
  "<meta http-equiv=refresh content=0;url=http://foreign.example/>",
  "<base href=http://foreign.example/><link rel=stylesheet href=http://foreign.example/>",
  "[a](javascript:alert(1)) ![b](http://foreign.example/b.png) <http://foreign.example/>",
  "javascript:alert(1)",
  'http://foreign.example/"onclick=alert(1)',
  "//foreign.example/",
  "data:text/html,<script>alert(1)</script>",
  "data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+",
  "file:///etc/passwd",
  "../../../index.html",
  `{{alert(1)}} $${"{alert(1)}"} <%= alert(1) %> {alert(1)}`,
  "\u202e\u2066\u200b\ufeff\u2028\u2029",
  "\u0000\u0001\u0007\b\u000b\f\r\u001b]8;;javascript:alert(1)\u0007\u001b[31m\u007f\u0080\u009b\ufffe\uffff",
  "\ud800 \udfff \ud83d",
  "&lt;script&gt; &#60;script&#62; &amp;lt; &#0;",
  "```\n</code></pre>\n~~~\n````",
  "__proto__",
  "constructor",
  "main changes page index top",
  "\n\n\n# A heading\n\n---\n\n> a quote",
  "@@ -1,1 +1,1 @@\n-<script>\n+<script>alert(1)</script>\n\\ No newline",
  "<path>a</path>\n<content>\n1: <script>alert(1)</script>\n</content>",
  "",
  "x".repeat(100_000),
  "<script>\n".repeat(12_000),
  `"'<>&`.repeat(20_000),
]

/** What says how the rest is to be read: without it, nothing of a part but its malformed form would be seen. */
const structure = new Set(["type", "role", "tool", "status", "id", "messageID", "sessionID", "sessionId", "name"])

/**
 * The real sessions with a payload in the place of every text, another one in every place and in every round. In rounds
 * that cannot be divided by three, what says how the rest is to be read is left; in those that can be divided by four,
 * a text begins as it did, so that what is parsed is parsed.
 */
export function hostileSession(round: number): Exported {
  let place = round * 11
  const own = (text: string, key: string) => {
    const payload = payloads[place++ % payloads.length]!
    if (structure.has(key) && (round % 3 !== 0 || place % 5 !== 0)) return text
    if (key === "url" && round % 2 === 0) return text.slice(0, 60) + payload
    return round % 4 === 0 ? text.slice(0, 120) + payload : payload
  }
  const replaced = (value: unknown, key: string): unknown => {
    if (typeof value === "string") return own(value, key)
    if (Array.isArray(value)) return value.map((item) => replaced(item, key))
    if (typeof value !== "object" || value === null) return value
    const entries = Object.entries(value).map(([name, item]): [string, unknown] => [name, replaced(item, name)])
    if (key === "input" && round % 2 === 0)
      for (const name of ["__proto__", "constructor", "toString", `"><b>${place}`, "a".repeat(500)])
        entries.push([name, payloads[place++ % payloads.length]])
    return Object.fromEntries(entries)
  }
  const all = exports.map(([, exported]) => replaced(exported, "") as Required<Exported>)
  return {
    info: all[0]!.info,
    messages: all.flatMap(({ messages }) => messages),
    children: all.flatMap(({ children = [] }) => children),
  }
}
