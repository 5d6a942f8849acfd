import { existsSync } from "node:fs"
import path from "node:path"
import { isDeadEndpoint, sharesElsewhereError } from "../config/dead-endpoint.ts"
import { assertNoOtherServer, writeDeadEndpoint, writePluginEntry, writeTuiEntry } from "../config/edit-config.ts"
import { resolveEnterprise } from "../config/enterprise.ts"
import { parseSettings, pickDestination } from "../config/load.ts"
import { readConfigFile } from "../config/opencode.ts"
import { ledgerFolder, openCodeConfigFolder } from "../config/paths.ts"
import type { Settings } from "../config/schema.ts"
import { ShareError } from "../errors.ts"
import { isOpencode2, opencodeVersion } from "../session/opencode-cli.ts"
import { probeStoreOnce } from "../share/ensure-erasable.ts"
import { openLedger } from "../share/ledger.ts"
import { newShareId } from "../share/share-id.ts"
import {
  checkDestination,
  formatDestination,
  invalidDestinationError,
  resolveDestination,
} from "../store/check-destination.ts"
import { openStore } from "../store/open-store.ts"
import type { DestinationFlags } from "./destination.ts"
import { promptText, type TextQuestion } from "./prompt.ts"
import { readPolicy } from "./read-policy.ts"
import { canAsk, info, statusLine, type Terminal } from "./terminal.ts"

export interface InitFlags extends DestinationFlags {
  /** Write to the project's `opencode.json` instead of the user's own. */
  project?: boolean
  quiet?: boolean
}

const FAILS_CLOSED_TEXT =
  'If OpenCode cannot load this package, its /share fails instead of using the public service ("enterprise" in that file).'

/** `init`: prompts for the bucket unless `--to` is given, tests it, and writes the settings. Prints the file's path. */
export async function initCommand(flags: InitFlags, terminal: Terminal): Promise<void> {
  const folder = flags.project ? terminal.cwd : openCodeConfigFolder(terminal)
  const file = configFile(folder, "opencode")
  assertNoOtherServer(file)
  assertNotInPlugins(file)
  const settings = parseSettings(await promptForSettings(flags, terminal), "the arguments")
  const { to } = settings
  if (!to) throw new ShareError("bad-usage", "No destination was given.", { hint: "Set one: --to s3://team-shares" })
  const unclear = checkDestination(to, terminal.platform)
  if (unclear) throw invalidDestinationError(unclear, `--to ${formatDestination(to)}`)
  const destination = { ...settings, to: resolveDestination(to, terminal.cwd, terminal.home) }
  const status = statusLine(terminal, flags.quiet)
  const store = await openStore(destination)
  try {
    status.show(`Testing ${store.name}…`)
    const ledger = openLedger(ledgerFolder(terminal))
    const seen = await probeStoreOnce({ store, destination, ledger, newId: newShareId })
    status.clear()
    info(
      terminal,
      flags.quiet,
      `${store.name} works: write, read and delete succeeded.${seen.note ? ` ${seen.note}` : ""}`,
    )
    const policy = seen.seen === "refused" ? readPolicy(destination) : undefined
    if (policy) info(terminal, flags.quiet, `To make links public, set this bucket policy: ${policy}`)
  } finally {
    status.clear()
    store.close()
  }
  const name = writePluginEntry(file, destination)
  const version = await opencodeVersion(terminal.env)
  // OpenCode 2 has no sharing of its own to keep from its public service, and finds the terminal part by itself.
  const isV2 = version !== undefined && isOpencode2(version)
  const failsClosed = !isV2 && writeDeadEndpoint(file)
  // OpenCode 1 reads terminal plugins from `tui.json`; for a project, only from the one in `.opencode`.
  if (!isV2) writeTuiEntry(configFile(flags.project ? path.join(folder, ".opencode") : folder, "tui"), name)
  info(
    terminal,
    flags.quiet,
    "Settings written. This command uses them now; OpenCode's /share uses them after a restart.",
  )
  if (failsClosed) info(terminal, flags.quiet, FAILS_CLOSED_TEXT)
  const enterprise = resolveEnterprise(terminal)
  if (!isV2 && !isDeadEndpoint(enterprise.url)) {
    const { message, hint } = sharesElsewhereError(enterprise, file)
    info(terminal, flags.quiet, `OpenCode's /share is still blocked in this folder. ${message} ${hint}`)
  }
  terminal.stdout.write(`${file}\n`)
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

async function promptForSettings(flags: InitFlags, terminal: Terminal): Promise<Record<string, unknown>> {
  const given: Settings = pickDestination(flags)
  if (given.to !== undefined) return { ...given }
  if (!canAsk(terminal))
    throw new ShareError("bad-usage", "Not running in a terminal, so --to is required.", {
      hint: "opencode-bucket init --to s3://team-shares --endpoint https://minio.corp.example",
    })
  const ask = async (message: string, placeholder: string, refuse?: TextQuestion["validate"]) => {
    const answer = await promptText(terminal, { message, placeholder, ...(refuse && { validate: refuse }) })
    if (answer === undefined) throw new ShareError("bad-usage", "Cancelled. Nothing was changed.")
    return answer || undefined
  }
  const bucket = await ask("Bucket or folder for shares", "s3://team-shares", (answer) => {
    const unclear = answer === "" ? undefined : checkDestination(answer, terminal.platform)
    return unclear && invalidDestinationError(unclear, formatDestination(answer)).message
  })
  if (!bucket || !/^s3:/i.test(bucket)) return { ...given, to: bucket }
  const service = await ask("S3 endpoint URL (leave empty for AWS)", "https://minio.corp.example")
  const outside = await ask("Public base URL (leave empty to use the bucket's own URL)", "https://shares.corp.example")
  return { ...given, to: bucket, ...(service && { endpoint: service }), ...(outside && { publicUrl: outside }) }
}
