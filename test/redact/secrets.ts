import { seededRandom } from "../../scripts/generate/random.ts"

/** A generated secret: `text` is its context, `secret` must not remain. */
export interface Planted {
  kind: string
  text: string
  secret: string
  /** Other parts that must not remain, such as the lines of a key. */
  also?: string[]
}

let current = seededRandom(1)

/** The generator of all values of the corpus. */
export const source = () => current

/** Seeds the generated secrets. `REDACT_SEED` selects other ones, to sweep through many. */
export function seedSecrets(seed: number): void {
  current = seededRandom(Number(process.env["REDACT_SEED"] ?? 1) * 1000 + seed)
}

export const randomBytes = (length: number) => Buffer.from(Array.from({ length }, () => current.between(0, 255)))

const alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/** Random characters with a digit and both cases, like real keys. */
export function random(length: number, alphabet = alphanumeric): string {
  for (;;) {
    const text = Array.from({ length }, () => current.pick([...alphabet])).join("")
    if (length < 8 || !/[a-z]/i.test(alphabet) || (/\d/.test(text) && /[A-Za-z]/.test(text) && !/(.)\1\1/.test(text)))
      return text
  }
}

const hex = (length: number) => random(length, "0123456789abcdef")
const upper = (length: number) => random(length, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
const base64 = (bytes: number) => randomBytes(bytes).toString("base64")
const password = () => `${random(5)}!${random(5)}7k`
const url64 = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url")

const made = (kind: string, secret: string, around: (secret: string) => string = (text) => text): Planted => ({
  kind,
  secret,
  text: around(secret),
})

function armoured(kind: string, label: string, header = ""): Planted {
  const lines = Array.from({ length: 6 }, () => base64(48)).concat(base64(9))
  const text = `-----${"BEGIN"} ${label}-----\n${header}${lines.join("\n")}\n-----${"END"} ${label}-----`
  return { kind, text, secret: lines[0]!, also: lines.slice(1, -1) }
}

function putty(): Planted {
  const lines = Array.from({ length: 4 }, () => base64(48))
  const text = `PuTTY-User-Key-${"File"}-3: ssh-ed25519\nEncryption: none\nPrivate-${"Lines"}: 4\n${lines.join("\n")}\nPrivate-MAC: ${hex(64)}`
  return { kind: "PuTTY key", text, secret: lines[0]!, also: lines.slice(1) }
}

/** One secret of every covered kind, new ones at each call. */
export function plantedSecrets(): Planted[] {
  return [
    made("GitHub token", `ghp${"_"}${random(36)}`),
    made("GitHub fine-grained token", `github${"_pat_"}${random(22)}_${random(59)}`),
    made("GitLab token", `glpat${"-"}${random(20)}`),
    made("AWS key id", `AK${"IA"}${upper(16)}`),
    made("AWS secret key", random(40), (key) => `aws_secret_access_key = ${key}`),
    made("Slack token", `xoxb${"-"}${random(12, "0123456789")}-${random(12, "0123456789")}-${random(24)}`),
    made(
      "Slack webhook",
      random(24),
      (key) => `https://hooks.slack${".com"}/services/T${upper(8)}/B${upper(8)}/${key}`,
    ),
    made("Stripe key", `sk${"_live_"}${random(24)}`),
    made("Google key", `AI${"za"}${random(35)}`),
    made("OpenAI key", `sk-${"proj"}-${random(48)}`),
    made("Anthropic key", `sk-${"ant"}-api03-${random(93)}AA`),
    made("Vercel token", `vc${"p_"}${random(24)}`),
    made("Figma token", `fig${"d_"}${random(44)}`),
    made("npm token", `npm${"_"}${random(36)}`),
    made("npmrc", `${hex(8)}-${random(26)}`, (token) => `//npm.corp.example/:_authToken=${token}`),
    made("PyPI token", `pypi${"-"}AgEIcHlwaS5vcmc${random(70)}`),
    made("SendGrid key", `S${"G."}${random(22)}.${random(43)}`),
    made("Hugging Face token", `h${"f_"}${random(34, "ABCDEFGHabcdefgh234567")}`),
    made("JWT", `${url64({ alg: "HS256" })}.${url64({ sub: random(8), iat: 1_700_000_000 })}.${random(43)}`),
    made("KEY=value", random(32), (key) => `export PAYMENT_API_KEY=${key}`),
    made("quoted assignment", random(32), (key) => `const config = { apiKey: "${key}" }`),
    made("JSON assignment", hex(32), (key) => `{"client_secret": "${key}"}`),
    made("YAML assignment", random(28), (key) => `database:\n  access_token: ${key}\n  pool: 5`),
    made("password in .env", password(), (word) => `DB_PASSWORD=${word}`),
    made("password in YAML", password(), (word) => `  password: ${word}`),
    made("bearer header", random(40), (key) => `Authorization: Bearer ${key}`),
    made(
      "basic header",
      Buffer.from(`deploy:${password()}`).toString("base64"),
      (key) => `Authorization: Basic ${key}`,
    ),
    made("token header", random(40), (key) => `curl -H 'Authorization: token ${key}' https://api.example.com`),
    made("x-api-key header", random(32), (key) => `x-api-key: ${key}`),
    made("proxy header", random(24), (key) => `Proxy-Authorization: Bearer ${key}`),
    made(
      "URL with password",
      password().replace("!", "-"),
      (word) => `git clone https://deploy:${word}@git.corp.example/a.git`,
    ),
    made("URL with token", random(32), (key) => `https://${key}@git.corp.example/a.git`),
    made("postgres", password(), (word) => `postgres://app:${word}@db.corp.example:5432/app?sslmode=require`),
    made("mongodb", password(), (word) => `mongodb+srv://app:${word}@cluster0.corp.example/app`),
    made("redis", random(24), (word) => `redis://:${word}@cache.corp.example:6379/0`),
    made("amqp", password(), (word) => `amqp://app:${word}@mq.corp.example:5672/%2f`),
    made(
      "SQL Server",
      password(),
      (word) => `Server=tcp:db.corp.example;Database=app;User Id=app;Password=${word};Encrypt=True`,
    ),
    made("JDBC", password(), (word) => `jdbc:postgresql://db.corp.example/app?user=app&password=${word}`),
    made(
      "Azure storage",
      base64(64),
      (key) => `DefaultEndpointsProtocol=https;AccountName=app;AccountKey=${key};EndpointSuffix=core.windows.net`,
    ),
    made("kubeconfig key", base64(90), (key) => `users:\n- name: admin\n  user:\n    client-key-data: ${key}`),
    made("kubeconfig token", random(48), (key) => `  user:\n    token: ${key}`),
    made(
      "docker login",
      Buffer.from(`robot:${random(24)}`).toString("base64"),
      (key) => `{"auths": {"registry.corp.example": {"auth": "${key}"}}}`,
    ),
    made("cookie", random(40), (key) => `Cookie: theme=dark; session=${key}`),
    made("set-cookie", random(40), (key) => `set-cookie: sid=${key}; Path=/; HttpOnly; SameSite=Lax`),
    made("signed S3 link", hex(64), (key) => `https://b.s3.amazonaws.com/k?X-Amz-Expires=900&X-Amz-Signature=${key}`),
    made(
      "signed Azure link",
      encodeURIComponent(base64(32)),
      (key) => `https://b.blob.core.windows.net/c/k?sv=2024-01-01&sig=${key}&se=2026-12-01`,
    ),
    made(".netrc", password(), (word) => `machine git.corp.example login deploy password ${word}`),
    made("--password", password(), (word) => `deploy --user app --password ${word} --verbose`),
    made("-u user:password", password(), (word) => `curl -u deploy:${word} https://repo.corp.example/`),
    made("PGPASSWORD", password(), (word) => `PGPASSWORD=${word} psql -h db.corp.example app`),
    made("mysql -p", password(), (word) => `mysql -u root -p${word} app`),
    made("--token", random(36), (key) => `vercel deploy --token ${key}`),
    armoured("PEM key", "RSA PRIVATE KEY"),
    armoured("encrypted PEM key", "EC PRIVATE KEY", "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233\n\n"),
    armoured("OpenSSH key", "OPENSSH PRIVATE KEY"),
    armoured("PGP key", "PGP PRIVATE KEY BLOCK", "Version: GnuPG v2\n\n"),
    putty(),
    made("Vault token", `hv${"s."}${random(95)}`),
    made(
      "Telegram token",
      `${random(10, "123456789")}:${random(35)}`,
      (key) => `https://api.telegram.org/bot${key}/getMe`,
    ),
  ]
}

/** False positives: values that only resemble secrets. */
export const lookAlikes = [
  "commit 3f786850e387550fdab836ed7e6dc881de23001b",
  "index 8c7e5a6..d670460 100644",
  "id: 7d444840-9dc0-11d1-b245-5ffdce74fad2",
  '"integrity": "sha512-RLJzBkfFzPgkT3EL5l5K2Wk1b1j9s2yJjfzSJcJ8SBd4zJm4K2jYwU7kJ6tQ0uB0x3V4Xv8m5bS2qg=="',
  "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  "API_KEY=$API_KEY npm run deploy",
  "token: $" + "{{ secrets.DEPLOY_TOKEN }}",
  "const apiKey = process.env.PAYMENT_API_KEY",
  'api_key = os.environ["PAYMENT_API_KEY"]',
  "Authorization: Bearer <your-token>",
  "Authorization: Bearer $TOKEN",
  "headers: { authorization: `Bearer $" + "{accessToken}` }",
  "password: changeme",
  "PASSWORD=xxxxxxxxxxxx",
  "api_key: YOUR_API_KEY_HERE",
  'secret: "***"',
  "AKIAIOSFODNN7EXAMPLE",
  `GITHUB_TOKEN=ghp${"_"}${"x".repeat(36)}`,
  `npm${"_"}${"X".repeat(36)}`,
  `//npm.corp.example/:_authToken=<your-token>`,
  "if (msg.sender.isAdmin.valueOf()) fetchUsers()",
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ9bqzXk3d0yQ5sYw2kLr0m3v6u1p8t4n7c2x5z9a1b3 someone",
  "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAu1SU1LfVLPHCozMxH2Mo\n-----END PUBLIC KEY-----",
  "tokenCount = 12",
  '"max_tokens": 4096',
  "const token = await getToken(request)",
  "token: options.token ?? defaults.token,",
  "function login(password: string, token: AuthToken): Promise<Session>",
  "const secretKey = generateSecretKey(32)",
  "protected secret: Uint8Array",
  "const TOKEN = /^[A-Za-z0-9._~+-]+$/",
  "const isOpen = !request.headers.authorization",
  "SSL_KEY=/etc/ssl/Corp2024/private-Key.pem",
  "this.accessToken = response.data.accessToken",
  "export const PRIMARY_KEY = 'user_identifier'",
  "ses_2035863dd0013TcIZt1Vb8sQ2k",
  "call_8fXk2LmN4pQ6rS8tU0vW2xY4",
  'keyboard: "qwertyuiop-layout-name"',
  "git clone https://github.com/opencode/opencode.git",
  "git@github.com:owner/repository.git",
  "https://example.com/path?page=2&sort=created_at&key=name",
  "http://localhost:3000/api/users",
  "postgres://user:password@localhost:5432/app",
  "The token bucket holds authentication tokens; a secret is a key that is not shared.",
  "author: Jane Doe",
  '!function(e,t){"object"==typeof exports?t(exports):t(e.key={})}(this,function(e){var n="abc";e.token=n})',
  "node_modules/.pnpm/@babel+core@7.24.0/node_modules/@babel/core/lib/index.js",
  "export PATH=/usr/local/bin:$PATH",
  "cookies().set('theme', value)",
  "expires_in: 3600, token_type: bearer",
  "password_hash_algorithm = argon2id",
  "const PASSWORD_MIN_LENGTH = 12",
  "credentials: 'same-origin'",
  "auth: required",
  "The password field must be at least 8 characters",
  "passwordInput.value.length >= 8",
  "secretName: my-app-credentials",
  "2026-11-22T23:01:46.123Z 10.0.12.7 version 1.18.33-rc.2",
]
