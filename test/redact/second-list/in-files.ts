import { secret as $, printed } from "./planted.ts"
import { alnum, base32, base64, bytes, digits, encoded, hex, letters, mixed, password, uuid, word } from "./values.ts"

const quotable = () => password().replaceAll(/[+=~^*%]/g, "x")

/** Secrets in files that a session reads. */
export const inFiles = () => [
  ...printed(
    ".env",
    ["cat .env", `NODE_ENV=production\nDB_HOST=10.0.0.5\nDB_PASSWORD=${$(password())}\nPORT=3000\n`],
    ["cat .env.local", `HEROKU_API_KEY=${$(uuid())}\nLOG_LEVEL=debug\n`],
    ["cat .env", `export STRIPE_WEBHOOK_SECRET='${$(mixed())}'\n`],
    ["cat prod.env", `SNYK_TOKEN=${$(uuid())}\nSCW_SECRET_KEY=${$(uuid())}\n`],
    ["cat .env", `MAIL_PASS="${$(quotable())}"\nMAIL_USER=robot@corp.example\n`],
    ["cat .env", `SESSION_SECRET=${$(base64(32))}\nJWT_SIGNING_KEY=${$(letters(20))}\n`],
    ["head -5 .env", `REDIS_URL=redis://default:${$(mixed())}@cache.internal:6379/0\n`],
    ["cat .env", `DATABASE_URL="postgresql://svc_${word()}:${$(mixed())}@db.internal:5432/app?sslmode=require"\n`],
    ["cat .env.production", `APP_KEY=base64:${$(base64(32))}\nAPP_DEBUG=false\n`],
    ["cat .env", `ADMIN_PW=${$(mixed())}\nwifi_psk=${$(passwordOfWifi())}\n`],
    ["cat .envrc", `export BW_SESSION="${$(base64(64))}"\nexport SSHPASS=${$(mixed())}\n`],
    ["cat .env", `SECRET_KEY_BASE=${$(hex(128))}\n`],
    ["cat .env", `VITE_MAPS_API_KEY=${$(alnum(32))} # prod\n`],
  ),
  ...printed(
    "package managers' files",
    ["cat ~/.npmrc", `registry=https://npm.corp.example/\n//npm.corp.example/:_authToken=${$(uuid())}\n`],
    ["cat .npmrc", `//npm.corp.example/:username=ci\n//npm.corp.example/:_password=${$(base64(18))}\n`],
    ["cat .npmrc", `_auth=${$(encoded(`ci:${mixed()}`))}\nalways-auth=true\n`],
    ["cat .yarnrc.yml", `npmScopes:\n  corp:\n    npmAuthToken: "${$(uuid())}"\n`],
    ["cat ~/.pypirc", `[pypi]\nusername = ci\npassword = ${$(mixed())}\n`],
    ["cat ~/.netrc", `machine git.corp.example login robot password ${$(mixed())}\n`],
    ["cat ~/.gem/credentials", `---\n:rubygems_api_key: ${$(`rubygems_${hex(48)}`)}\n`],
    [
      "cat NuGet.Config",
      `<packageSourceCredentials>\n  <corp>\n    <add key="Username" value="ci" />\n    <add key="ClearTextPassword" value="${$(mixed())}" />\n  </corp>\n</packageSourceCredentials>\n`,
    ],
    [
      "cat ~/.m2/settings.xml",
      `<server>\n  <id>corp</id>\n  <username>deploy</username>\n  <password>${$(quotable())}</password>\n</server>\n`,
    ],
    ["cat gradle.properties", `mavenUser=ci\nmavenPassword=${$(mixed())}\nsigning.password=${$(letters(14))}\n`],
    ["cat auth.json", `{"http-basic": {"repo.corp.example": {"username": "ci", "password": "${$(mixed())}"}}}\n`],
    ["cat ~/.cargo/credentials.toml", `[registry]\ntoken = "${$(alnum(36))}"\n`],
    ["cat ~/.config/pip/pip.conf", `[global]\nindex-url = https://ci:${$(mixed())}@pypi.corp.example/simple\n`],
    ["cat bunfig.toml", `[install.scopes]\ncorp = { token = "${$(hex(40))}", url = "https://npm.corp.example/" }\n`],
  ),
  ...printed(
    "containers' files",
    ["cat ~/.docker/config.json", `{"auths": {"reg.corp.example": {"auth": "${$(encoded(`ci:${mixed()}`))}"}}}\n`],
    ["cat compose.yaml", `services:\n  db:\n    environment:\n      POSTGRES_PASSWORD: ${$(mixed())}\n`],
    ["cat compose.yaml", `    environment:\n      - MYSQL_ROOT_PASSWORD=${$(mixed())}\n      - TZ=UTC\n`],
    ["cat compose.yaml", `    command: redis-server --requirepass ${$(mixed())} --appendonly yes\n`],
    ["cat ~/.kube/config", `users:\n- name: admin\n  user:\n    token: ${$(letters(32))}\n`],
    ["cat ~/.kube/config", `  user:\n    client-key-data: ${$(base64(300))}\n`],
    ["cat secret.yaml", `kind: Secret\ndata:\n  db-password: ${$(encoded(mixed()))}\n  username: YWRtaW4=\n`],
    ["cat secret.yaml", `kind: Secret\nstringData:\n  token: ${$(mixed())}\n`],
    [
      "cat deployment.yaml",
      `        env:\n        - name: API_TOKEN\n          value: ${$(mixed())}\n        - name: TZ\n          value: UTC\n`,
    ],
    ["cat Dockerfile", `FROM node:24\nENV NPM_TOKEN=${$(mixed(30))}\nARG DB_PASS=${$(mixed())}\n`],
    ["cat redis.conf", `port 6379\nrequirepass ${$(mixed())}\nmaxmemory 2gb\n`],
    ["cat values.yaml", `postgresql:\n  auth:\n    postgresPassword: "${$(quotable())}"\n    username: app\n`],
    ["cat vars.yml", `vault_password: |\n  ${$(mixed(30))}\nother: 1\n`],
  ),
  ...printed(
    "settings of programs",
    ["cat wp-config.php", `define('DB_PASSWORD', '${$(quotable())}');\ndefine( 'AUTH_KEY', '${$(mixed(40))}' );\n`],
    ["cat config.h", `#define WIFI_SSID "office"\n#define WIFI_PASS "${$(mixed())}"\n`],
    [
      "cat appsettings.json",
      `{"ConnectionStrings": {"Main": "Server=db;Database=app;User Id=sa;Password=${$(mixed())};"}}\n`,
    ],
    ["cat app.config", `<add name="Main" connectionString="Data Source=db;uid=sa;pwd=${$(mixed())};" />\n`],
    [
      "cat local.settings.json",
      `{"Storage": "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=${$(base64(64))};EndpointSuffix=core.windows.net"}\n`,
    ],
    ["cat application.yml", `spring:\n  datasource:\n    username: app\n    password: ${$(passphraseOf())}\n`],
    ["cat application.properties", `spring.datasource.password=${$(mixed())}\nserver.port=8080\n`],
    ["cat my.cnf", `[client]\nuser=root\npassword="${$(quotable())}"\n`],
    ["cat ~/.pgpass", `db.internal:5432:app:svc:${$(mixed())}\n`],
    [
      "cat ~/.aws/credentials",
      `[default]\naws_access_key_id = ${$(`AKIA${base32(16)}`)}\naws_secret_access_key = ${$(base64(30))}\n`,
    ],
    [
      "cat wg0.conf",
      `[Interface]\nPrivateKey = ${$(base64(32))}\n[Peer]\nPublicKey = ${base64(32)}\nPresharedKey = ${$(base64(32))}\n`,
    ],
    ["cat wpa_supplicant.conf", `network={\n  ssid="office"\n  psk="${$(mixed())}"\n}\n`],
    ["cat rclone.conf", `[s3]\ntype = s3\nsecret_access_key = ${$(alnum(40))}\n`],
    ["cat settings.py", `SECRET_KEY = 'django-insecure-${$(mixed(50))}'\n`],
    ["cat config/database.yml", `production:\n  username: app\n  password: '${$(quotable())}'\n`],
    [
      "cat sa.json",
      `{"type": "service_account", "private_key_id": "${hex(40)}", "private_key": "-----BEGIN PRIVATE KEY-----\\n${$(base64(600))}\\n-----END PRIVATE KEY-----\\n"}\n`,
    ],
    [
      "cat jwk.json",
      `{"kty": "EC", "crv": "P-256", "x": "${bytes(32).toString("base64url")}", "d": "${$(bytes(32).toString("base64url"))}"}\n`,
    ],
    ["cat smb.credentials", `username=backup\npassword=${$(mixed())}\ndomain=CORP\n`],
    ["cat .htpasswd", `admin:${$(`$apr1$${alnum(8)}$${alnum(22)}`)}\n`],
    ["cat /etc/shadow", `root:${$(`$6$${alnum(16)}$${alnum(86)}`)}:19700:0:99999:7:::\n`],
    ["cat sentinel.conf", `sentinel auth-pass mymaster ${$(mixed())}\n`],
    ["cat prometheus.yml", `    basic_auth:\n      username: scrape\n      password: ${$(mixed())}\n`],
    ["cat /etc/ppp/chap-secrets", `"vpn" * "${$(mixed())}" *\n`],
    ["cat mosquitto.conf", `connection bridge\nremote_username edge\nremote_password ${$(mixed())}\n`],
    ["cat pin.json", `{"card": "ops", "password": "${$(digits(10))}"}\n`],
  ),
]

function passwordOfWifi() {
  return mixed(16)
}

function passphraseOf() {
  return [word(), word(), word(), digits(2)].join("-")
}
