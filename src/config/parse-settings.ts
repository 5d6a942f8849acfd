import { ShareError } from "../errors.ts"
import { closest } from "../lib/closest.ts"
import { checkSettings, InvalidSettingError, type SettingProblem, type Settings, settingNames } from "./schema.ts"

/** Validates settings from one source. Throws `bad-settings`, naming the source, each wrong key and the expected value. */
export function parseSettings(given: Record<string, unknown>, place: string): Settings {
  const problems: string[] = []
  const settings = collectSettings(given, place, problems)
  if (problems.length > 0) throw settingsError(problems)
  return settings
}

/** Validates settings from one source. Adds a sentence for each problem to `problems`, and then returns no settings. */
export function collectSettings(given: Record<string, unknown>, place: string, problems: string[]): Settings {
  try {
    return checkSettings(given)
  } catch (error) {
    if (!(error instanceof InvalidSettingError)) throw error
    problems.push(...error.problems.map((problem) => describe(problem, place)))
    return {}
  }
}

/** The `bad-settings` error with all problems of all sources. */
export function settingsError(problems: readonly string[]): ShareError {
  const isUnknown = problems.every((problem) => problem.endsWith("is not a known setting."))
  return new ShareError("bad-settings", problems.join(" "), {
    hint: isUnknown ? `Choose from: ${settingNames.join(", ")}.` : "All settings: opencode-bucket help settings",
  })
}

function describe({ path, problem }: SettingProblem, place: string): string {
  const name = `"${path.join(".")}" in ${place}`
  if (problem !== undefined) return `${name} ${problem}.`
  const nearest = path.length === 1 ? closest(path[0]!, settingNames) : undefined
  return nearest === undefined
    ? `${name} is not a known setting.`
    : `${name} is not a known setting; did you mean "${nearest}"?`
}
