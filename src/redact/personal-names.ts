export interface LocalUser {
  /** User name on this machine. */
  user: string
  /** Home folder on this machine. */
  home: string
}

// Names that are common to many machines: they identify nobody, and are words.
const COMMON_NAMES = new Set(
  "root user users admin administrator node ubuntu debian ec2-user vagrant runner runneradmin dev developer home guest test app build builder ci git docker jenkins circleci vscode codespace coder gitpod opc pi public shared default all system linuxbrew".split(
    " ",
  ),
)

const HOME_FOLDERS = /(?:\/home\/|\/Users\/|\b[A-Za-z]:(?:\\{1,4}|\/)Users(?:\\{1,4}|\/))([A-Za-z0-9._-]{1,64})/g

/** User names from the home folders in a path. */
export function userNamesIn(path: string): string[] {
  return [...path.matchAll(HOME_FOLDERS)]
    .map((match) => match[1]!)
    .filter((name) => name !== "Shared" && name !== "Public")
}

/**
 * Returns a function that replaces home folders by `~` (`/home/x`, `/Users/x`, `C:\Users\x`, also in URLs,
 * percent-encoded, and as `-home-x-` in names made of paths), and the `names` in other paths by `user`. Home folders of
 * people who are not in `names` are recognized only if a path continues after them.
 */
export function createNameReplacer(person: LocalUser, names: Iterable<string>): (text: string) => string {
  const allNames = new Set([person.user, ...userNamesIn(person.home), ...names].filter((name) => name !== ""))
  const distinctive = [...allNames].filter(
    (name) => name.length >= 3 && !COMMON_NAMES.has(name.toLowerCase()) && /\D/.test(name),
  )
  const anyName = [...allNames]
    .map(escapeRegExp)
    .sort((a, b) => b.length - a.length)
    .join("|")
  const end = "(?![A-Za-z0-9_]|[.-][A-Za-z0-9])"
  const own = person.home.length > 1 && userNamesIn(person.home).length === 0 ? escapeRegExp(person.home) : undefined
  const replacements: [RegExp, string][] = [
    ...(own ? [[new RegExp(`(?<![\\w.~-])${own}${end}`, "g"), "~"] as [RegExp, string]] : []),
    // Before those without a drive letter, which would leave it: `C:~`.
    [/\b[A-Za-z]:(\\{1,4}|\/)Users(?:\\{1,4}|\/)(?!Public\b|Default\b)[\w.-]{1,64}(?: [\w.-]{1,32}(?=[\\/]))?/gi, "~"],
    [/(file:\/\/)?(?<![\w.~*}\])-]|[\w.-]\/)(?:\/home\/|\/Users\/)(?!Shared\b)(?=[\w.-]{1,64}[/\\])[\w.-]+/g, "$1~"],
    [/%2F(?:home|Users)%2F[\w.-]{1,64}(?=%2F)/gi, "~"],
  ]
  if (anyName) {
    replacements.push(
      [new RegExp(`(?<![\\w.~-]|[\\w.-]/)(?:/home|/Users)/(?:${anyName})${end}`, "g"), "~"],
      [new RegExp(`(?<=\\\\[nrt])(?:/home|/Users)/(?:${anyName})${end}`, "g"), "~"],
      [new RegExp(`%2F(?:home|Users)%2F(?:${anyName})(?![A-Za-z0-9])`, "gi"), "~"],
      [new RegExp(`-(?:home|Users)-(?:${anyName})(?=-|$|[^\\w])`, "g"), "-~"],
    )
  }
  const inPaths = distinctive.map(
    (name) => new RegExp(`(?<=[/\\\\][\\w.@+~-]{0,80})(?<![A-Za-z0-9])${escapeRegExp(name)}(?![A-Za-z0-9])`, "g"),
  )
  const anyHome = anyOf(["(?:home|users)[-/\\\\%]", ...(person.home === "" ? [] : [escapeRegExp(person.home)])])
  const anyTelling = anyOf(distinctive.map(escapeRegExp))
  return (text) => {
    let clean = text
    if (anyHome.test(text)) for (const [pattern, to] of replacements) clean = clean.replace(pattern, to)
    if (inPaths.length > 0 && anyTelling.test(clean))
      for (const pattern of inPaths)
        clean = clean.replace(pattern, (name, at: number, whole: string) => (isInWebAddress(whole, at) ? name : "user"))
    return clean
  }
}

/** Whether an offset is inside a web address: a name there is a public account name. */
function isInWebAddress(text: string, at: number): boolean {
  const before = /\S*$/.exec(text.slice(Math.max(0, at - 200), at))![0]
  return /(?:https?|git|ssh|git\+ssh):\/\/|^[^/]*@[\w.-]+:|(?:^|["'(<])(?:github|gitlab|bitbucket)\.\w+\//i.test(before)
}

// An empty pattern would match everywhere.
const anyOf = (patterns: string[]) => new RegExp(patterns.join("|") || "(?!)", "i")
const escapeRegExp = (text: string) => text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&")
