/**
 * Supported languages: common ones only. Each import is a chunk of its own in the built package, loaded when a session
 * shows that language for the first time.
 */
export const GRAMMARS = {
  astro: () => import("shiki/langs/astro.mjs"),
  bash: () => import("shiki/langs/bash.mjs"),
  bat: () => import("shiki/langs/bat.mjs"),
  c: () => import("shiki/langs/c.mjs"),
  clojure: () => import("shiki/langs/clojure.mjs"),
  cmake: () => import("shiki/langs/cmake.mjs"),
  cpp: () => import("shiki/langs/cpp.mjs"),
  csharp: () => import("shiki/langs/csharp.mjs"),
  css: () => import("shiki/langs/css.mjs"),
  dart: () => import("shiki/langs/dart.mjs"),
  diff: () => import("shiki/langs/diff.mjs"),
  docker: () => import("shiki/langs/docker.mjs"),
  dotenv: () => import("shiki/langs/dotenv.mjs"),
  elixir: () => import("shiki/langs/elixir.mjs"),
  erlang: () => import("shiki/langs/erlang.mjs"),
  fish: () => import("shiki/langs/fish.mjs"),
  go: () => import("shiki/langs/go.mjs"),
  graphql: () => import("shiki/langs/graphql.mjs"),
  groovy: () => import("shiki/langs/groovy.mjs"),
  haskell: () => import("shiki/langs/haskell.mjs"),
  hcl: () => import("shiki/langs/hcl.mjs"),
  html: () => import("shiki/langs/html.mjs"),
  ini: () => import("shiki/langs/ini.mjs"),
  java: () => import("shiki/langs/java.mjs"),
  javascript: () => import("shiki/langs/javascript.mjs"),
  json: () => import("shiki/langs/json.mjs"),
  json5: () => import("shiki/langs/json5.mjs"),
  jsonc: () => import("shiki/langs/jsonc.mjs"),
  jsx: () => import("shiki/langs/jsx.mjs"),
  julia: () => import("shiki/langs/julia.mjs"),
  kotlin: () => import("shiki/langs/kotlin.mjs"),
  less: () => import("shiki/langs/less.mjs"),
  lua: () => import("shiki/langs/lua.mjs"),
  make: () => import("shiki/langs/make.mjs"),
  markdown: () => import("shiki/langs/markdown.mjs"),
  mdx: () => import("shiki/langs/mdx.mjs"),
  nginx: () => import("shiki/langs/nginx.mjs"),
  nix: () => import("shiki/langs/nix.mjs"),
  "objective-c": () => import("shiki/langs/objective-c.mjs"),
  ocaml: () => import("shiki/langs/ocaml.mjs"),
  perl: () => import("shiki/langs/perl.mjs"),
  php: () => import("shiki/langs/php.mjs"),
  powershell: () => import("shiki/langs/powershell.mjs"),
  prisma: () => import("shiki/langs/prisma.mjs"),
  proto: () => import("shiki/langs/proto.mjs"),
  python: () => import("shiki/langs/python.mjs"),
  r: () => import("shiki/langs/r.mjs"),
  ruby: () => import("shiki/langs/ruby.mjs"),
  rust: () => import("shiki/langs/rust.mjs"),
  sass: () => import("shiki/langs/sass.mjs"),
  scala: () => import("shiki/langs/scala.mjs"),
  scss: () => import("shiki/langs/scss.mjs"),
  shellsession: () => import("shiki/langs/shellsession.mjs"),
  sql: () => import("shiki/langs/sql.mjs"),
  svelte: () => import("shiki/langs/svelte.mjs"),
  swift: () => import("shiki/langs/swift.mjs"),
  terraform: () => import("shiki/langs/terraform.mjs"),
  toml: () => import("shiki/langs/toml.mjs"),
  tsx: () => import("shiki/langs/tsx.mjs"),
  typescript: () => import("shiki/langs/typescript.mjs"),
  viml: () => import("shiki/langs/viml.mjs"),
  vue: () => import("shiki/langs/vue.mjs"),
  xml: () => import("shiki/langs/xml.mjs"),
  yaml: () => import("shiki/langs/yaml.mjs"),
  zig: () => import("shiki/langs/zig.mjs"),
}

export type Language = keyof typeof GRAMMARS

/** Other names in fences, and file extensions. */
const ALIASES: Partial<Record<Language, string>> = {
  bash: "sh shell shellscript zsh ksh bats",
  bat: "cmd batch",
  c: "h",
  clojure: "clj cljs cljc edn",
  cpp: "c++ cc cxx hpp hh hxx ino",
  csharp: "c# cs csx",
  diff: "patch",
  docker: "dockerfile containerfile",
  dotenv: "env",
  elixir: "ex exs",
  erlang: "erl hrl",
  go: "golang",
  graphql: "gql graphqls",
  groovy: "gradle",
  haskell: "hs",
  html: "htm xhtml",
  ini: "cfg conf properties editorconfig gitconfig service",
  javascript: "js cjs mjs node",
  json: "jsonl ndjson geojson webmanifest map",
  jsonc: "code-workspace",
  julia: "jl",
  kotlin: "kt kts",
  make: "makefile mk",
  markdown: "md mkd mdown",
  "objective-c": "objc m",
  ocaml: "ml mli",
  perl: "pl pm",
  powershell: "ps1 psm1 psd1 pwsh ps",
  proto: "protobuf",
  python: "py pyi pyw python3 py3",
  ruby: "rb rake gemspec ru",
  rust: "rs",
  scala: "sc sbt",
  shellsession: "console sh-session terminal",
  sql: "mysql psql pgsql postgres postgresql sqlite",
  terraform: "tf tfvars",
  typescript: "ts cts mts",
  viml: "vim vimscript",
  xml: "svg xsd xsl xslt plist csproj rss atom wsdl",
  yaml: "yml",
}

/** Files recognised by their full name. */
const FILE_NAMES: Partial<Record<Language, string>> = {
  bash: ".bashrc .bash_profile .profile .zshrc .zprofile .envrc PKGBUILD APKBUILD",
  cmake: "CMakeLists.txt",
  docker: "Dockerfile Containerfile",
  groovy: "Jenkinsfile",
  ini: ".gitconfig .editorconfig .npmrc .gitmodules",
  json: ".prettierrc .babelrc",
  jsonc: "tsconfig.json jsconfig.json opencode.json devcontainer.json",
  make: "Makefile GNUmakefile",
  nginx: "nginx.conf",
  ruby: "Gemfile Rakefile Vagrantfile Podfile Brewfile",
  toml: "Cargo.lock poetry.lock uv.lock Pipfile",
}

// Maps, because a name from a session may be `constructor` or `__proto__`.
const byName = new Map<string, Language>()
const byFile = new Map<string, Language>()
for (const language of Object.keys(GRAMMARS) as Language[]) {
  for (const name of [language, ...splitWords(ALIASES[language])]) byName.set(name, language)
  for (const name of splitWords(FILE_NAMES[language])) byFile.set(name.toLowerCase(), language)
}

/** Language of a fence's info string (```` ```ts title="a" ````, `{.python}`, `rust,ignore`), or undefined. */
export function languageByName(info: string): Language | undefined {
  const name = /^[\s{.]*([\w+#-]+)/.exec(info.slice(0, 100))?.[1]
  return name === undefined ? undefined : byName.get(name.toLowerCase())
}

/** Language of a file by its name, with or without folders (`/` or `\`), or undefined. */
export function languageOfFile(path: string): Language | undefined {
  const name = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1).toLowerCase()
  const byFullName = byFile.get(name)
  if (byFullName !== undefined) return byFullName
  // Dockerfile.dev and .env.local are recognised by their prefix.
  if (name.startsWith("dockerfile.")) return "docker"
  if (name.startsWith(".env.")) return "dotenv"
  const dot = name.lastIndexOf(".")
  return dot < 0 ? undefined : byName.get(name.slice(dot + 1))
}

/** Whether a name is a supported language, as `languageByName` and `languageOfFile` return them. */
export const isLanguage = (name: string): name is Language => Object.hasOwn(GRAMMARS, name)

function splitWords(list: string | undefined): string[] {
  return list === undefined ? [] : list.split(" ")
}
