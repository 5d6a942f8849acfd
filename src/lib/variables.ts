import { closest } from "./closest.ts"

const PREFIX = "OPENCODE_BUCKET_"

/** The variable of a setting: `OPENCODE_BUCKET_PUBLIC_URL` of `publicUrl`. */
export const variableOf = (setting: string): string => `${PREFIX}${setting.replace(/[A-Z]/g, "_$&").toUpperCase()}`

/**
 * Sentences about variables whose names are nearly those of settings: `OPENCODE_BUCKET_REGIN is not a known variable; did
 * you mean OPENCODE_BUCKET_REGION?` Other unknown ones may belong to another program or version.
 * @param others names of settings that are not used here, and no misspellings either
 */
export function misspeltVariables(
  env: Record<string, string | undefined>,
  settings: readonly string[],
  others: readonly string[] = [],
): string[] {
  const known = settings.map(variableOf)
  const set = Object.keys(env).filter((name) => name.startsWith(PREFIX) && env[name])
  return set.flatMap((name) => {
    if (known.includes(name) || others.map(variableOf).includes(name)) return []
    const ends = known.map((each) => each.slice(PREFIX.length))
    const meant = closest(name.slice(PREFIX.length), ends)
    return meant === undefined ? [] : [`${name} is not a known variable; did you mean ${PREFIX}${meant}?`]
  })
}
