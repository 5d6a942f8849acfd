import { existsSync } from "node:fs"
import path from "node:path"
import type { Settings } from "../config/schema.ts"
import { ShareError } from "../errors.ts"
import { checkDestination, formatDestination, invalidDestinationError } from "../store/check-destination.ts"
import { awsProfiles } from "./aws-profiles.ts"
import { promptChoice, promptText, type TextQuestion } from "./prompt.ts"
import { type Provider, providers } from "./providers.ts"
import type { Terminal } from "./terminal.ts"

/** Answers of `init`: the settings to write, and whether they go into the project's file. */
export interface InitAnswers {
  settings: Settings
  isProject: boolean
}

/**
 * Asks for a bucket: the provider, then only what that one needs. Values that are set already are the defaults. Throws
 * `cancelled`.
 */
export async function askForSettings(present: Settings, isProject: boolean, terminal: Terminal): Promise<InitAnswers> {
  const ask = asker(terminal)
  const choice = await ask.choose("Where should shares be stored?", [
    ...providers.map(({ id, label }) => ({ value: id, label })),
    { value: "folder", label: "A folder on this machine", hint: "links open on this machine only" },
  ])
  const provider = providers.find(({ id }) => id === choice)
  const settings = provider
    ? await askForBucket(provider, present, ask, terminal)
    : await askForFolder(present, ask, terminal)
  const expires = await ask.choose(
    "How long should shares be kept? Links that nobody needs any more then end; sharing again restarts the time.",
    [
      { value: "90d", label: "90 days" },
      { value: "30d", label: "30 days" },
      { value: "7d", label: "7 days" },
      { value: "never", label: "Until they are removed" },
    ],
  )
  return {
    settings: { ...settings, ...(expires !== "never" && { expires }) },
    isProject: isProject || (await askForFile(ask, terminal)),
  }
}

async function askForBucket(
  { endpoint, publicUrl }: Provider,
  present: Settings,
  ask: ReturnType<typeof asker>,
  terminal: Terminal,
): Promise<Settings> {
  const to = await ask.text({
    message: "Bucket",
    placeholder: "s3://team-shares",
    initial: present.to?.startsWith("s3://") ? present.to : undefined,
    validate: (answer) => destinationProblem(bucketOf(answer), terminal),
  })
  const settings: Settings = { to: bucketOf(to) }
  if (endpoint) {
    const answer = await ask.text({
      message: endpoint.question,
      placeholder: endpoint.placeholder,
      initial: present.endpoint,
      validate: (answer) =>
        endpoint.from(answer) === undefined ? `Enter it like this: ${endpoint.placeholder}` : undefined,
    })
    settings.endpoint = endpoint.from(answer)
    const region = endpoint.region?.(answer)
    if (region !== undefined) settings.region = region
  } else {
    const region = await ask.text({
      message: "Region (empty: as your AWS configuration says)",
      placeholder: "eu-central-1",
      initial: present.region,
    })
    if (region !== "") settings.region = region
  }
  const about = publicUrl ?? "empty: the bucket's own address"
  const outside = await ask.text({
    message: `Public URL of the bucket (${about})`,
    placeholder: "https://shares.corp.example",
    initial: present.publicUrl,
  })
  if (outside !== "") settings.publicUrl = outside
  const profile = await askForProfile(ask, terminal)
  if (profile !== undefined) settings.profile = profile
  return settings
}

async function askForFolder(present: Settings, ask: ReturnType<typeof asker>, terminal: Terminal): Promise<Settings> {
  const initial = present.to?.startsWith("s3://") ? undefined : present.to
  const validate = (answer: string) => destinationProblem(answer, terminal)
  return { to: await ask.text({ message: "Folder", placeholder: "~/shares", initial, validate }) }
}

/** The profile to use, if there are several and no key in the environment. */
async function askForProfile(
  { choose }: ReturnType<typeof asker>,
  { env, home }: Terminal,
): Promise<string | undefined> {
  const profiles = awsProfiles(env, home)
  if (env["AWS_ACCESS_KEY_ID"] || env["AWS_PROFILE"] || profiles.length < 2) return undefined
  const choice = await choose(
    "Which credentials?",
    profiles.map((value) => ({ value, label: value })),
  )
  return choice === "default" ? undefined : choice
}

/** Whether to write the project's file, asked only within a repository. */
async function askForFile({ choose }: ReturnType<typeof asker>, { cwd }: Terminal): Promise<boolean> {
  if (!existsSync(path.join(cwd, ".git"))) return false
  const choice = await choose("Who are these settings for?", [
    { value: "user", label: "For me, in all projects" },
    { value: "project", label: "For everyone who works on this project", hint: "its opencode.json" },
  ])
  return choice === "project"
}

/** A bucket's name alone is enough here: `team-shares`. */
const bucketOf = (answer: string) => (/^[a-z0-9][a-z0-9.-]+[a-z0-9](?:\/|$)/.test(answer) ? `s3://${answer}` : answer)

function destinationProblem(answer: string, { platform }: Terminal): string | undefined {
  if (answer === "") return "Required."
  const unclear = checkDestination(answer, platform)
  return unclear && invalidDestinationError(unclear, formatDestination(answer)).message
}

/** Prompts that throw `cancelled` instead of returning nothing. */
function asker(terminal: Terminal) {
  const answered = <T>(answer: T | undefined): T => {
    if (answer === undefined) throw new ShareError("cancelled", "Cancelled. Nothing was changed.")
    return answer
  }
  return {
    text: async (question: TextQuestion) => answered(await promptText(terminal, question)),
    choose: async <T extends string>(message: string, choices: { value: T; label: string; hint?: string }[]) =>
      answered(await promptChoice(terminal, message, choices)),
  }
}
