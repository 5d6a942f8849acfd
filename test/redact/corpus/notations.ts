import { source } from "../secrets.ts"

/** A notation: a text in which a value stands under a name. */
export type Notation = (name: string, value: string) => string

const pascal = (name: string) =>
  name.toLowerCase().replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())
const camel = (name: string) => pascal(name).replace(/^./, (letter) => letter.toLowerCase())
const lower = (name: string) => name.toLowerCase()
const kebab = (name: string) => lower(name).replaceAll("_", "-")
const quoted = (value: string) => JSON.stringify(value)
const xml = (value: string) =>
  value.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]!)
const single = (value: string) => value.replace(/['\\]/g, "\\$&")

/** Names that announce a secret, as environments, programs and services write them. */
export const passwordNames =
  "DB_PASSWORD PGPASSWORD MYSQL_ROOT_PASSWORD REDIS_PASS SMTP_PASSWD ADMIN_PW WIFI_PSK KEYSTORE_PASSPHRASE LDAP_BIND_PASSWORD DATABASE_PASS SSHPASS RABBITMQ_DEFAULT_PASS GRAFANA_ADMIN_PASSWORD LUKS_PASSPHRASE SA_PWD".split(
    " ",
  )
export const keyNames =
  "API_KEY SECRET_KEY ACCESS_TOKEN CLIENT_SECRET JWT_SECRET AUTH_TOKEN SESSION_SECRET ENCRYPTION_KEY HEROKU_API_KEY SNYK_TOKEN SCW_SECRET_KEY BOT_TOKEN WEBHOOK_SECRET SECRET_KEY_BASE SIGNING_KEY BW_SESSION DEPLOY_TOKEN REFRESH_TOKEN AccountKey SharedAccessKey MASTER_KEY COOKIE_SECRET".split(
    " ",
  )

/** Notations that can contain any value. */
export const quotedNotations: Record<string, Notation> = {
  JSON: (name, value) => `{"user": "app", ${quoted(lower(name))}: ${quoted(value)}, "port": 5432}`,
  "JSON in camel case": (name, value) => `{ ${quoted(camel(name))}: ${quoted(value)} }`,
  "JavaScript constant": (name, value) => `const ${name} = ${quoted(value)};`,
  "JavaScript property": (name, value) => `export default {\n  ${camel(name)}: '${single(value)}',\n  retries: 3,\n}`,
  Python: (name, value) => `${name} = '${single(value)}'\nDEBUG = True`,
  "Python keyword": (name, value) =>
    `connect(host="db", ${lower(name)}="${single(value).replaceAll('"', '\\"')}", port=5432)`,
  "Python dictionary": (name, value) => `config['${lower(name)}'] = ${quoted(value)}`,
  "Python setenv": (name, value) => `os.environ["${name}"] = ${quoted(value)}`,
  Go: (name, value) => `\t${camel(name)} := ${quoted(value)}`,
  "Go struct": (name, value) => `Config{User: "app", ${pascal(name)}: ${quoted(value)}}`,
  "Go Setenv": (name, value) => `os.Setenv("${name}", ${quoted(value)})`,
  "Go const with a type": (name, value) => `const ${pascal(name)} string = ${quoted(value)}`,
  Rust: (name, value) => `pub const ${name}: &str = ${quoted(value)};`,
  "Rust static": (name, value) => `static ${name}: &'static str = ${quoted(value)};`,
  "Java field": (name, value) => `private static final String ${name} = ${quoted(value)};`,
  "Java setter": (name, value) => `config.set${pascal(name)}(${quoted(value)});`,
  "Java builder": (name, value) => `Client.builder().${camel(name)}(${quoted(value)}).build()`,
  Kotlin: (name, value) => `val ${camel(name)}: String = ${quoted(value)}`,
  Swift: (name, value) => `let ${camel(name)}: String = ${quoted(value)}`,
  TypeScript: (name, value) => `const ${camel(name)}: string = ${quoted(value)}`,
  "C#": (name, value) => `public const string ${pascal(name)} = ${quoted(value)};`,
  "C define": (name, value) => `#define ${name} ${quoted(value)}`,
  "C char": (name, value) => `static const char *${lower(name)} = ${quoted(value)};`,
  "C array": (name, value) => `const char ${lower(name)}[] = ${quoted(value)};`,
  "PHP define": (name, value) => `define('${name}', '${single(value)}');`,
  "PHP array": (name, value) => `'${lower(name)}' => '${single(value)}',`,
  "PHP variable": (name, value) => `$${lower(name)} = "${value.replace(/["\\$]/g, "\\$&")}";`,
  Ruby: (name, value) => `ENV["${name}"] = ${quoted(value)}`,
  "Ruby symbol": (name, value) => `${lower(name)}: ${quoted(value)}`,
  "Ruby hash rocket": (name, value) => `:${lower(name)} => ${quoted(value)}`,
  Elixir: (name, value) => `config :app, ${lower(name)}: ${quoted(value)}`,
  Terraform: (name, value) => `  ${lower(name)} = ${quoted(value)}`,
  "Terraform variable": (name, value) =>
    `variable "${lower(name)}" {\n  type    = string\n  default = ${quoted(value)}\n}`,
  "Terraform output": (name, value) =>
    `{\n  "${lower(name)}": {\n    "sensitive": true,\n    "type": "string",\n    "value": ${quoted(value)}\n  }\n}`,
  "name and value": (name, value) => `{"Name": "${name}", "Value": ${quoted(value)}}`,
  "name, type and value": (name, value) =>
    `{\n  "Name": "/app/prod/${lower(name)}",\n  "Type": "SecureString",\n  "Value": ${quoted(value)}\n}`,
  "value and name": (name, value) => `{"value": ${quoted(value)}, "name": "${kebab(name)}"}`,
  "key and value": (name, value) => `{ "key": "${lower(name)}", "value": ${quoted(value)}, "enabled": true }`,
  "YAML name and value": (name, value) => `env:\n  - name: ${name}\n    value: ${quoted(value)}\n`,
  "YAML double quotes": (name, value) => `database:\n  ${lower(name)}: ${quoted(value)}\n  pool: 5`,
  "YAML single quotes": (name, value) => `  ${camel(name)}: '${value.replaceAll("'", "''")}'`,
  TOML: (name, value) => `[db]\n${lower(name)} = ${quoted(value)}`,
  "XML element": (name, value) => `<server><id>x</id><${camel(name)}>${xml(value)}</${camel(name)}></server>`,
  "XML element on lines": (name, value) => `<${pascal(name)}>\n  ${xml(value)}\n</${pascal(name)}>`,
  "XML attribute": (name, value) => `<connection user="app" ${camel(name)}="${xml(value)}" pool="4"/>`,
  "XML add": (name, value) => `<add key="${pascal(name)}" value="${xml(value)}" />`,
  "XML property": (name, value) => `<property name="${lower(name).replaceAll("_", ".")}" value="${xml(value)}"/>`,
  "Spring XML": (name, value) => `<property name="${camel(name)}"><value>${xml(value)}</value></property>`,
  plist: (name, value) => `<key>${pascal(name)}</key>\n<string>${xml(value)}</string>`,
  "shell export in double quotes": (name, value) => `export ${name}="${value.replace(/["\\$`]/g, "\\$&")}"`,
  "shell export in single quotes": (name, value) => `export ${name}='${value.replaceAll("'", "'\\''")}'`,
  PowerShell: (name, value) => `$env:${name} = "${value.replace(/[`"$]/g, "`$&")}"`,
  fish: (name, value) => `set -x ${name} '${single(value)}'`,
  "Python tuple": (_, value) => `requests.get(url, auth=("deploy", ${quoted(value)}))`,
  SQL: (_, value) => `CREATE USER app WITH PASSWORD '${value.replaceAll("'", "''")}';`,
  localStorage: (name, value) => `localStorage.setItem("${camel(name)}", ${quoted(value)})`,
  "ini in quotes": (name, value) => `[smtp]\n${lower(name)}="${single(value).replaceAll('"', '\\"')}"`,
}

/** Notations in which the value stands without quotes. */
export const bareNotations: Record<string, Notation> = {
  env: (name, value) => `NODE_ENV=production\n${name}=${value}\nPORT=80`,
  "env in front of a command": (name, value) => `${name}=${value} npm start`,
  export: (name, value) => `export ${name}=${value}`,
  "Docker ENV": (name, value) => `ENV ${name} ${value}`,
  "Dockerfile ARG": (name, value) => `ARG ${name}=${value}`,
  "compose list": (name, value) => `environment:\n  - ${name}=${value}`,
  "compose map": (name, value) => `environment:\n  ${name}: ${value}`,
  YAML: (name, value) => `db:\n  ${lower(name)}: ${value}\n  host: x`,
  properties: (name, value) => `spring.datasource.${kebab(name)}=${value}`,
  "properties with spaces": (name, value) => `${lower(name).replaceAll("_", ".")} = ${value}`,
  ini: (name, value) => `[db]\n${lower(name)} = ${value}`,
  "label in a log": (name, value) => `2026-11-22 10:00:00 INFO connecting ${lower(name)}=${value} host=db`,
  "label in prose": (name, value) => `${pascal(name)}: ${value}`,
  "label with words": (name, value) =>
    `${lower(name)
      .replaceAll("_", " ")
      .replace(/^./, (c) => c.toUpperCase())}: ${value}`,
  "next line": (name, value) => `${lower(name)}:\n  ${value}\n`,
  "YAML block": (name, value) => `stringData:\n  ${kebab(name)}: |\n    ${value}\n`,
  "folded YAML block": (name, value) => `  ${camel(name)}: >-\n    ${value}\n`,
  "Markdown table": (name, value) => `| setting | value |\n|---|---|\n| ${name} | ${value} |`,
  "Markdown code": (name, value) => `- **${name}**: \`${value}\``,
  "aligned columns": (name, value) =>
    `Key                 Value\n---                 -----\n${lower(name).padEnd(20)}${value}\nlease_duration      768h`,
  "psql row": (name, value) =>
    ` id |  name  | ${lower(name)} \n----+--------+-----------\n  1 | app    | ${value}\n(1 row)`,
  "psql expanded": (name, value) => `-[ RECORD 1 ]----\nid       | 1\n${lower(name).padEnd(9)}| ${value}`,
  CSV: (name, value) => `id,user,${lower(name)},active\n1,app,${value},true`,
  semicolons: (name, value) => `Server=db;User Id=app;${pascal(name)}=${value};Encrypt=True`,
  query: (name, value) => `POST /login?user=app&${lower(name)}=${value}&remember=1`,
  form: (name, value) => `user=app&${camel(name)}=${value}`,
  "table in boxes": (name, value) => `│ ${lower(name)} │ ${value} │`,
  "shell default": (name, value) => `: "\${${name}:=${value}}"`,
  systemd: (name, value) => `Environment=${name}=${value}`,
  "systemd in quotes": (name, value) => `Environment="${name}=${value}"`,
  "docker -e": (name, value) => `docker run -e ${name}=${value} -p 80:80 nginx`,
  "kubectl literal": (name, value) => `kubectl create secret generic db --from-literal=${kebab(name)}=${value}`,
  "set command": (name, value) => `heroku config:set ${name}=${value} --app x`,
  "Windows set": (name, value) => `set ${name}=${value}`,
  setx: (name, value) => `setx ${name} ${value}`,
  "here document": (name, value) => `cat > .env <<EOF\n${name}=${value}\nEOF`,
  header: (name, value) => `X-${pascal(name)}: ${value}`,
  "curl header": (name, value) => `curl -H 'X-${kebab(name)}: ${value}' https://api.corp.example`,
  requirepass: (_, value) => `bind 0.0.0.0\nrequirepass ${value}\nport 6379`,
  netrc: (_, value) => `machine git.corp.example login deploy password ${value}`,
  pgpass: (_, value) => `db.corp.example:5432:app:app:${value}`,
  wpa_supplicant: (_, value) => `network={\n  ssid="Home"\n  psk="${value}"\n}`,
  ansible: (_, value) => `web1 ansible_host=10.0.0.1 ansible_ssh_pass=${value}`,
  "git credential": (_, value) => `protocol=https\nhost=git.corp.example\nusername=app\npassword=${value}`,
  "lookup output": (name, value) => `export ${name}=${value}\ndeclare -x ${name}="${value}"`,
}

/** One of some names, at random. */
export const nameOf = (names: readonly string[]) => source().pick(names)
