import { existsSync } from "node:fs"
import path from "node:path"
import { isDeadEndpoint, sharesElsewhereError } from "../config/dead-endpoint.ts"
import { assertNoOtherServer, writeDeadEndpoint, writePluginEntry, writeTuiEntry } from "../config/edit-config.ts"
import { resolveEnterprise } from "../config/enterprise.ts"
import { loadSettings, pickDestination } from "../config/load.ts"
import { readConfigFile } from "../config/opencode.ts"
import { parseSettings } from "../config/parse-settings.ts"
import { ledgerFolder, openCodeConfigFolder } from "../config/paths.ts"
import type { Settings } from "../config/schema.ts"
import { ShareError } from "../errors.ts"
import { isOpencode2, opencodeVersion } from "../session/opencode-cli.ts"
import { probeStoreOnce } from "../share/ensure-erasable.ts"
import { openLedger } from "../share/ledger.ts"
import { newShareId } from "../share/share-id.ts"
import type { LinkAccess } from "../share/verify-readable.ts"
import {
  checkDestination,
  formatDestination,
  invalidDestinationError,
  resolveDestination,
} from "../store/check-destination.ts"
import { describeDestination } from "../store/describe-destination.ts"
import { type Destination, openStore } from "../store/open-store.ts"
import { type DestinationFlags, settingsFromFlags } from "./destination.ts"
import { askForSettings, type InitAnswers } from "./init-questions.ts"
import { writeJson } from "./json.ts"
import { canAsk, info, statusLine, type Terminal } from "./terminal.ts"

export interface InitFlags extends DestinationFlags {
  /** Write to the project's `opencode.json` instead of the user's own. */
  project?: boolean
  /** Test the present settings, and write nothing. */
  check?: boolean
  json?: boolean
  quiet?: boolean
}

const FAILS_CLOSED_TEXT =
  'If OpenCode cannot load this package, its /share fails instead of using the public service ("enterprise" in that file).'

/** `init`: asks for the bucket unless `--to` is given, tests it, and writes the settings. Prints the file's path. */
export async function initCommand(flags: InitFlags, terminal: Terminal): Promise<void> {
  if (flags.check) return checkCommand(flags, terminal)
  if (!flags.project) assertNoOtherServer(configFile(openCodeConfigFolder(terminal), "opencode"))
  const { settings: answers, isProject } = await settingsToWrite(flags, terminal)
  const folder = isProject ? terminal.cwd : openCodeConfigFolder(terminal)
  const file = configFile(folder, "opencode")
  assertNoOtherServer(file)
  assertNotInPlugins(file)
  const settings = parseSettings({ ...answers }, "the arguments")
  const { expires, ...given } = settings
  const destination: Destination = { ...given, to: destinationOf(settings, terminal) }
  const seen = await testDestination(destination, flags, terminal)

  const name = writePluginEntry(file, { ...destination, ...(expires !== undefined && { expires }) })
  const version = await opencodeVersion(terminal.env)
  // OpenCode 2 has no sharing of its own to keep from its public service, and finds the terminal part by itself.
  const isV2 = version !== undefined && isOpencode2(version)
  const failsClosed = !isV2 && writeDeadEndpoint(file)
  // OpenCode 1 reads terminal plugins from `tui.json`; for a project, only from the one in `.opencode`.
  if (!isV2) writeTuiEntry(configFile(isProject ? path.join(folder, ".opencode") : folder, "tui"), name)
  const tell = (text: string) => info(terminal, flags.quiet, text)
  if (failsClosed) tell(FAILS_CLOSED_TEXT)
  tell("Settings written. Next: opencode-bucket share, or /share in OpenCode after a restart.")
  const enterprise = resolveEnterprise(terminal)
  if (!isV2 && !isDeadEndpoint(enterprise.url)) {
    const { message, hint } = sharesElsewhereError(enterprise, file)
    tell(`OpenCode's /share is still blocked in this folder. ${message} ${hint}`)
  }
  if (flags.json) writeJson(terminal, { file, destination: describeDestination(destination), ...accessOf(seen) })
  else terminal.stdout.write(`${file}\n`)
}

/** `init --check`: tests the settings that apply here. Throws what makes sharing fail. */
async function checkCommand(flags: InitFlags, terminal: Terminal): Promise<void> {
  const { destination, isDefault } = settingsFromFlags(flags, terminal)
  if (isDefault) throw new ShareError("bad-settings", "No destination is set.", { hint: "Run: opencode-bucket init" })
  const seen = await testDestination(destination, flags, terminal)
  if (flags.json) writeJson(terminal, { destination: describeDestination(destination), ...accessOf(seen) })
}

const accessOf = ({ public: isPublic, seen }: LinkAccess) => ({ public: isPublic, seen })

/** Tests a destination and reports who can read it. Throws what `probeStoreOnce` throws. */
async function testDestination(destination: Destination, flags: InitFlags, terminal: Terminal): Promise<LinkAccess> {
  const status = statusLine(terminal, flags.quiet)
  const store = await openStore(destination)
  try {
    status.show(`Testing ${store.name}…`)
    const ledger = openLedger(ledgerFolder(terminal))
    const seen = await probeStoreOnce({ store, destination, ledger, newId: newShareId })
    status.clear()
    const note = seen.note ? ` ${seen.note}` : ""
    info(terminal, flags.quiet, `${store.name} works: write, read and delete succeeded.${note}`)
    if (seen.seen === "refused")
      info(
        terminal,
        flags.quiet,
        "For public links, set the bucket policy that this prints: opencode-bucket doctor --policy",
      )
    return seen
  } finally {
    status.clear()
    store.close()
  }
}

function destinationOf({ to }: Settings, { cwd, home, platform }: Terminal): string {
  if (!to) throw new ShareError("bad-usage", "No destination was given.", { hint: "Set one: --to s3://team-shares" })
  const unclear = checkDestination(to, platform)
  if (unclear) throw invalidDestinationError(unclear, `--to ${formatDestination(to)}`)
  return resolveDestination(to, cwd, home)
}

/** OpenCode 2 loads a plugin that both lists name from neither; only `plugin` is read by both generations. */
function assertNotInPlugins(file: string): void {
  if (!readConfigFile(file, "user")?.listedIn.includes("plugins")) return
  throw new ShareError("bad-settings", `${file} names opencode-bucket in "plugins", which only OpenCode 2 reads.`, {
    hint: `Remove it there, then run the same command again: it writes "plugin", which both generations read.`,
  })
}

/** Path of the configuration file in a folder; `.jsonc` if it exists, since it overrides `.json` in OpenCode. */
function configFile(folder: string, name: string): string {
  const commented = path.join(folder, `${name}.jsonc`)
  return existsSync(commented) ? commented : path.join(folder, `${name}.json`)
}

/** The settings from the flags or, without `--to` on a terminal, from the answers to questions. */
async function settingsToWrite(flags: InitFlags, terminal: Terminal): Promise<InitAnswers> {
  const given: Settings = pickDestination(flags)
  const isProject = flags.project === true
  if (given.to !== undefined) return { settings: given, isProject }
  if (!canAsk(terminal))
    throw new ShareError("bad-usage", "Not running in a terminal, so --to is required.", {
      hint: "opencode-bucket init --to s3://team-shares --endpoint https://minio.corp.example",
    })
  const { destination, isDefault } = loadSettings({}, terminal)
  const present: Settings = isDefault ? given : { ...destination, ...given }
  const answers = await askForSettings(present, isProject, terminal)
  return { ...answers, settings: { ...answers.settings, ...given } }
}
