import { secret as $, printed } from "./planted.ts"
import {
  alnum,
  base32,
  base58,
  base64,
  bytes,
  digits,
  encoded,
  hex,
  jwt,
  letters,
  mixed,
  password,
  sha256,
  uuid,
} from "./values.ts"

const wif = () => {
  const key = Buffer.concat([Buffer.of(0x80), bytes(32), Buffer.of(1)])
  return base58Of(Buffer.concat([key, sha256(sha256(key)).subarray(0, 4)]))
}

function base58Of(value: Buffer) {
  const order = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
  let rest = BigInt(`0x${value.toString("hex")}`)
  let made = ""
  for (; rest > 0n; rest /= 58n) made = order[Number(rest % 58n)] + made
  return made
}

const lines = (text: string, length = 64) => text.match(new RegExp(`.{1,${length}}`, "g"))!

/** Secrets in what programs print: tables, JSON, logs, differences. */
export const inOutputs = () => [
  ...printed(
    "printenv",
    ["printenv", `HOME=/root\nAPI_TOKEN=${$(letters(16))}\nPATH=/usr/bin\n`],
    ["env | sort", `CI=true\nCONSUL_HTTP_TOKEN=${$(uuid())}\nEDITOR=vi\n`],
    ["env", `OPENAI_API_KEY=${$(mixed(40))}\nSHELL=/bin/sh\nSMTP_PASSWD=${$(mixed())}\n`],
    ["set | grep -i pass", `DB_PASS='${$(mixed())}'\n`],
    [
      "Get-ChildItem env:",
      `Name                           Value\n----                           -----\nDB_PASSWORD                    ${$(mixed())}\nOS                             Windows_NT\n`,
    ],
  ),
  ...printed(
    "output of clouds",
    [
      "aws sts assume-role",
      `{"Credentials": {"AccessKeyId": "${$(`ASIA${base32(16)}`)}", "SecretAccessKey": "${$(alnum(40))}", "SessionToken": "${$(base64(300))}"}}\n`,
    ],
    [
      "aws iam create-access-key",
      `ACCESSKEY\t${$(`AKIA${base32(16)}`)}\t2026-01-01T00:00:00+00:00\t${$(alnum(40))}\tActive\tbob\n`,
    ],
    [
      "aws ssm get-parameters",
      `{"Parameters": [{"Name": "/prod/DB_PASSWORD", "Type": "SecureString", "Value": "${$(mixed())}"}]}\n`,
    ],
    [
      "aws secretsmanager get-secret-value --secret-id db",
      `{"Name": "db", "SecretString": "{\\"username\\":\\"app\\",\\"password\\":\\"${$(mixed())}\\"}"}\n`,
    ],
    [
      "az ad sp create-for-rbac",
      `{"appId": "${uuid()}", "displayName": "ci", "password": "${$(mixed(34))}", "tenant": "${uuid()}"}\n`,
    ],
    ["az storage account keys list", `[{"keyName": "key1", "permissions": "FULL", "value": "${$(base64(64))}"}]\n`],
    [
      "az keyvault secret show --name db-password",
      `{"id": "https://v.vault.azure.net/secrets/db-password/1", "name": "db-password", "value": "${$(mixed())}"}\n`,
    ],
    ["terraform output -json", `{"db_password": {"sensitive": true, "type": "string", "value": "${$(mixed())}"}}\n`],
    ["terraform output", `db_host = "db.internal"\ndb_password = "${$(mixed())}"\n`],
    [
      "cat terraform.tfstate",
      `{"resources": [{"instances": [{"attributes": {"username": "root", "master_password": "${$(mixed())}"}}]}]}\n`,
    ],
    ["pulumi config --show-secrets", `KEY          VALUE\naws:region   eu-west-1\ndbPassword   ${$(mixed())}\n`],
    [
      "vault kv get secret/app",
      `====== Data ======\nKey         Value\n---         -----\npassword    ${$(mixed())}\nusername    app\n`,
    ],
    [
      "vault token create",
      `Key                  Value\n---                  -----\ntoken                ${$(`hvs.${alnum(95)}`)}\ntoken_accessor       ${alnum(24)}\n`,
    ],
    [
      "vault operator init",
      `Unseal Key 1: ${$(base64(33))}\nUnseal Key 2: ${$(base64(33))}\nInitial Root Token: ${$(`hvs.${alnum(24)}`)}\n`,
    ],
    [
      "consul acl bootstrap",
      `AccessorID:       ${uuid()}\nSecretID:         ${$(uuid())}\nDescription:      Bootstrap\n`,
    ],
    ["heroku config", `=== app Config Vars\nLOG_LEVEL:     info\nSECRET_TOKEN:  ${$(mixed(24))}\n`],
    ["kubectl get secret db -o yaml", `apiVersion: v1\ndata:\n  password: ${$(encoded(mixed()))}\nkind: Secret\n`],
    ["kubectl get secret db -o json", `{"data": {"api-token": "${$(encoded(mixed()))}"}, "kind": "Secret"}\n`],
    ["docker inspect db", `"Env": [\n  "POSTGRES_PASSWORD=${$(mixed())}",\n  "PATH=/usr/bin"\n]\n`],
  ),
  ...printed(
    "tables",
    [
      "psql -c 'select * from users'",
      ` id |  email          | api_token\n----+-----------------+----------------------\n  1 | a@corp.example  | ${$(mixed(20))}\n  2 | b@corp.example  | ${$(mixed(20))}\n(2 rows)\n`,
    ],
    ["cat users.csv", `id,name,password\n1,anna,${$(mixed())}\n2,bert,${$(mixed())}\n`],
    [
      "mysql -t -e 'select user, secret from app'",
      `+------+----------------------+\n| user | secret               |\n+------+----------------------+\n| anna | ${$(mixed(20))} |\n+------+----------------------+\n`,
    ],
    [
      "sqlite3 -header -column a.db 'select name, token from t'",
      `name  token\n----  --------------------\nanna  ${$(mixed(20))}\n`,
    ],
    ["cat keys.md", `| service | API key |\n|---|---|\n| maps | ${$(mixed(24))} |\n`],
    ["cat users.tsv", `user\tpassword\nanna\t${$(mixed())}\n`],
    ["psql -x", `-[ RECORD 1 ]-----\nemail    | a@corp.example\npassword | ${$(mixed())}\n`],
  ),
  ...printed(
    "logs and curl -v",
    [
      "curl -v https://api.corp.example",
      `> GET / HTTP/2\n> Authorization: Basic ${$(encoded(`admin:${mixed()}`))}\n> Accept: */*\n`,
    ],
    [
      "curl -v https://api.corp.example",
      `> Authorization: Bearer ${$(jwt())}\n< HTTP/2 200\n< set-cookie: sid=${$(hex(40))}; Path=/; HttpOnly\n`,
    ],
    [
      "curl -sv https://api.corp.example",
      `> x-api-key: ${$(uuid())}\n> cookie: theme=dark; session_id=${$(mixed(32))}\n`,
    ],
    ["docker logs app", `2026-11-30T10:00:00Z INFO connecting with password=${$(mixed())} to db\n`],
    ["docker logs app", `{"level":"debug","msg":"login","headers":{"authorization":"Bearer ${$(mixed(40))}"}}\n`],
    ["docker logs grafana", `Admin password: ${$(mixed())}\n`],
    [
      "docker logs jenkins",
      `Please use the following password to proceed to installation:\n\n${$(hex(32))}\n\nThis may also be found at: /var/jenkins_home\n`,
    ],
    ["docker logs mysql", `[Note] GENERATED ROOT PASSWORD: ${$(mixed())}\n`],
    ["grep temporary /var/log/mysqld.log", `A temporary password is generated for root@localhost: ${$(mixed())}\n`],
    ["jupyter notebook", `    http://localhost:8888/?token=${$(hex(48))}\n`],
    ["node app.js", `MongoServerError: auth failed for mongodb+srv://app:${$(mixed())}@c0.mongodb.net/app\n`],
    ["python a.py", `Config(host='db', user='app', password='${$(mixed())}', port=5432)\n`],
    ["go run .", `&{Host:db User:app Password:${$(mixed())} Port:5432}\n`],
    ["ruby a.rb", `{:host=>"db", :password=>"${$(mixed())}"}\n`],
    ["ps aux", `root  12  0.0  mysqld --user=app --password=${$(mixed())} --port=3306\n`],
    ["git remote -v", `origin\thttps://robot:${$(mixed(30))}@git.corp.example/a/b.git (fetch)\n`],
    [
      "curl https://id.corp.example/token",
      `{"access_token":"${$(mixed(60))}","token_type":"Bearer","expires_in":3600,"refresh_token":"${$(mixed(40))}"}\n`,
    ],
    ["curl https://s3.example/list", `https://b.s3.amazonaws.com/a?X-Amz-Credential=x&X-Amz-Signature=${$(hex(64))}\n`],
    [
      "az storage blob generate-sas",
      `https://acme.blob.core.windows.net/c/f?sv=2022-11-02&sr=b&sig=${$(encodeURIComponent(base64(32)))}\n`,
    ],
  ),
  ...printed(
    "keys and wallets",
    [
      "cat id_rsa",
      `-----BEGIN RSA PRIVATE KEY-----\n${lines(base64(600)).map($).join("\n")}\n-----END RSA PRIVATE KEY-----\n`,
    ],
    [
      "git diff",
      `@@ -10,3 +10,3 @@\n${lines(base64(480))
        .map((line) => `-${$(line)}`)
        .join("\n")}\n------END PRIVATE KEY-----\n+removed\n`,
    ],
    [
      "git show HEAD -- deploy.key",
      `@@ -8,6 +0,0 @@\n${lines(base64(384))
        .map((line) => `-${$(line)}`)
        .join("\n")}\n------END OPENSSH PRIVATE KEY-----\n`,
    ],
    [
      "cat a.ppk",
      `PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: me\nPublic-Lines: 1\n${base64(48)}\nPrivate-Lines: 1\n${$(base64(32))}\nPrivate-MAC: ${$(hex(64))}\n`,
    ],
    ["cat wallet.txt", `WIF ${$(wif())}\n`],
    [
      "cat key.pem | tr '\\n' '|'",
      `-----BEGIN EC PRIVATE KEY-----|${$(lines(base64(120)).join("|"))}|-----END EC PRIVATE KEY-----\n`,
    ],
    ["cat sym.json", `{"kty": "oct", "alg": "HS256", "k": "${$(bytes(32).toString("base64url"))}"}\n`],
    [
      "age-keygen",
      `Public key: age1${base58(58).toLowerCase()}\n${$(`AGE-SECRET-KEY-1${base32(58).replaceAll(/[BIO1]/g, "Q")}`)}\n`,
    ],
  ),
  ...printed(
    "differences",
    ["git diff", `-DB_PASSWORD=changeme\n+DB_PASSWORD=${$(mixed())}\n`],
    ["git diff", `-  password: "${$(mixed())}"\n+  password: \${DB_PASSWORD}\n`],
    ["git log -p", `+const apiKey = "${$(letters(24))}"\n`],
    ["git diff", `-    api_key = "${$(uuid())}",\n+    api_key = os.environ["API_KEY"],\n`],
    ["diff a b", `< password = ${$(mixed())}\n---\n> password = ${$(mixed())}\n`],
  ),
  ...printed("digits", ["cat bank.yaml", `password: ${$(digits(12))}\n`], ["env", `ADMIN_PASSWORD=${$(password())}\n`]),
]
