import { expect, test } from "vitest"
import { redact } from "../../src/redact/redact.ts"
import { all } from "../support/record.ts"
import { person, places, sessionOf } from "./corpus.ts"
import { random } from "./secrets.ts"

/** Redacts one text. */
async function redacted(text: string): Promise<string> {
  const { record } = await redact(sessionOf([places["prompt"]!(text)]), { person, emails: true })
  const [message] = (await all(record.messages())) as { parts: { text: string }[] }[]
  return message!.parts[0]!.text
}

const key = random(32)

const hostile: Record<string, string> = {
  letters: "a",
  "names of secrets": "token=",
  "names of passwords": "password=",
  "keys of AWS": "AWS_SECRET_ACCESS_KEY:",
  "beginnings of tokens": `ghp${"_"}`,
  "beginnings of tokens with parts": "xoxb-",
  "beginnings of tokens with full stops": "SG.",
  "beginnings of web tokens": "eyJ",
  headers: "authorization: ",
  cookies: "cookie=sid=abcdefgh1;",
  "one cookie's values": "a=b;",
  "quotes that do not end": 'secret: "',
  "escaped quotes": 'secret: \\"',
  "addresses that do not end": "://a:",
  "private keys that do not end": `-----${"BEGIN"} PRIVATE KEY-----\n`,
  "lines of a private key": "ab=\n",
  options: "mysql -u -p --user ",
  "login data": "machine a login b password ",
  backslashes: "\\",
  "percent signs": "%25",
  colours: "\x1b[",
  "colours that do not end": "\x1b]",
  base64: Buffer.from("password ").toString("base64"),
  "many texts in base64": `${Buffer.from(`password: ${random(5)}!7k${random(12)}`).toString("base64")} `,
  "one secret": `API_KEY=${key} `,
  spaces: " ",
  paths: "/zoe",
  homes: "/home/",
  "homes on Windows": "C:\\Users\\",
  "mail addresses that do not end": "a.b@",
}

// With this many characters, a quadratic rule takes tens of billions of steps and exceeds the time limit.
test.each(Object.entries(hostile))(
  "a text consisting of %s is redacted in time",
  async (_, one) => {
    const text = one.repeat(Math.ceil(200_000 / one.length))
    expect(await redacted(`${text}\n-----${"BEGIN"} PRIVATE KEY-----\n${random(64)}\npassword: ${text}`)).toBeTypeOf(
      "string",
    )
  },
  30_000,
)

test("a line of 5 MB and thousands of secrets are redacted", async () => {
  const tokens = Array.from({ length: 3000 }, () => `ghp${"_"}${random(36)}`)
  const text = await redacted(`${"x ".repeat(2_500_000)}${tokens.join(" ")}\n${tokens.join("\n")}`)
  expect(text).not.toContain(`ghp${"_"}`)
  expect(text).toContain("[redacted: github token #3000]")
}, 60_000)
