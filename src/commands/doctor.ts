import type { LoadedSettings } from "../config/load.ts"
import { type Settings, settingNames } from "../config/schema.ts"
import { runDoctor } from "../doctor/doctor.ts"
import { type Finding, failureFinding } from "../doctor/finding.ts"
import { asJsonError, ShareError } from "../errors.ts"
import { formatCount } from "../lib/format-count.ts"
import { wrapText } from "../lib/wrap-text.ts"
import { newShareId } from "../share/share-id.ts"
import { type Destination, openStore, parseDestination } from "../store/open-store.ts"
import { version } from "../version.ts"
import { confirmDestination, type DestinationFlags, settingsFromFlags } from "./destination.ts"
import { NEWEST_SESSION, openCodeFindings, PLUGIN } from "./doctor-opencode.ts"
import { type SettingRow, screen } from "./doctor-screen.ts"
import { writeJson } from "./json.ts"
import { asXml, describeLifecycle, lifecycle } from "./lifecycle.ts"
import { parseLifetime } from "./lifetime.ts"
import { type Painted, painted, usesColour, writePainted } from "./output.ts"
import { printPolicy } from "./policy.ts"
import { readPolicy } from "./read-policy.ts"
import { info, statusLine, type Terminal } from "./terminal.ts"

export interface DoctorFlags extends DestinationFlags {
  json?: boolean
  /** Print only warnings and failures. */
  quiet?: boolean
  expires?: string
  /** Print the policy for public links instead of checking. */
  policy?: boolean
  /** Print a lifecycle rule instead of checking. */
  lifecycle?: true | string
}

/** `doctor`: prints the results of all checks on stdout, with suggested fixes. Throws at the end if sharing does not work. */
export async function doctorCommand(flags: DoctorFlags, terminal: Terminal): Promise<void> {
  if (flags.lifecycle) return printLifecycle(flags, terminal)
  if (flags.policy) return printPolicy(flags, terminal)
  const { stdout, home } = terminal
  const set = screen({ width: stdout.columns || 80, colour: usesColour(terminal), home })
  const print = (text: Painted) => void (flags.json || writePainted(stdout, text))
  const status = statusLine(terminal, flags.quiet)
  const findings: Finding[] = []
  const tell = (finding: Finding) => {
    status.clear()
    findings.push(finding)
    if (!flags.quiet || finding.state === "warn" || finding.state === "fail") print(set.finding(finding))
  }

  let rows: SettingRow[] = []
  let isDefault = false
  try {
    const settings = settingsFromFlags(flags, terminal)
    rows = settingRows(settings, flags)
    isDefault = settings.isDefault
    if (!flags.quiet) print(painted`opencode-bucket ${version}\n${set.heading("Settings")}${set.rows(rows)}`)
    if (!flags.quiet) print(set.heading("OpenCode"))
    for (const finding of await openCodeFindings(terminal)) tell(finding)
    // The bucket can be checked even if the plugin's configuration or the newest session failed.
    if (!findings.some(({ about, state }) => state === "fail" && about !== NEWEST_SESSION && about !== PLUGIN)) {
      await confirmDestination(settings, flags, terminal)
      if (!flags.quiet) print(set.heading(settings.destination.to))
      await examineDestination(settings.destination, tell, status.show)
    }
  } catch (error) {
    tell(failureFinding(error instanceof ShareError && error.code === "bad-usage" ? "Trial" : "Settings", error))
  } finally {
    status.clear()
  }
  // Not wrapped in columns, so that it can be copied.
  for (const { paste } of findings)
    if (paste && !flags.quiet && !flags.json) {
      print(set.heading(paste.name))
      stdout.write(`${paste.text}\n`)
    }
  const failures = findings.filter(({ state }) => state === "fail")
  const failed = failures.find(({ about }) => about !== NEWEST_SESSION) ?? failures[0]
  const warned = findings.filter(({ state }) => state === "warn").length
  const error = failed && doctorError(failed)
  if (flags.json)
    writeJson(terminal, {
      version,
      works: !failed,
      settings: rows,
      findings,
      ...(error && { error: asJsonError(error) }),
    })
  if (error) throw error
  const more = warned === 0 ? "" : `; ${formatCount(warned, "warning")}, marked !`
  const outcome = isDefault
    ? `No bucket is set: shares open on this machine only${more}. To set one up: opencode-bucket init`
    : `Sharing works${more}.`
  if (!flags.quiet) print(painted`\n${outcome}\n`)
}

const doctorError = ({ about }: Finding): ShareError =>
  about === NEWEST_SESSION
    ? new ShareError("bad-input", "The newest session of this project cannot be shared, see above.")
    : new ShareError("store-failed", `Sharing does not work: ${about.toLowerCase()}, see above.`)

async function examineDestination(
  destination: Destination,
  tell: (finding: Finding) => void,
  show: (text: string) => void,
) {
  const place = parseDestination(destination.to)
  const store = await openStore(destination)
  const facts =
    place.kind === "s3"
      ? async () => (await import("../store/s3/s3-inspect.ts")).inspectBucket({ ...destination, bucket: place.bucket })
      : undefined
  // An interrupt must not leave the test page behind.
  let stopped = false
  const stop = () => {
    stopped = true
  }
  process.once("SIGINT", stop).once("SIGTERM", stop)
  try {
    show(`Testing ${store.name}…`)
    for await (const finding of runDoctor({ store, id: newShareId(), facts, policy: readPolicy(destination) })) {
      if (stopped) throw new ShareError("bad-usage", "Interrupted. The test objects were removed.")
      tell(finding)
      show(`Testing ${store.name}…`)
    }
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop)
    store.close()
  }
}

/** Every configured setting, plus the defaults of `to` and `expires`. Credentials in URLs are masked. */
function settingRows({ origins, destination, ...others }: LoadedSettings, { expires }: DoctorFlags): SettingRow[] {
  const values: Settings = { ...others, ...(destination as Settings), ...(expires !== undefined && { expires }) }
  const names = settingNames.filter((name) => origins[name] !== undefined || name === "to" || name === "expires")
  return names.map((name) => ({
    name,
    value: displayValue(values[name] ?? "never"),
    from: name === "expires" && expires !== undefined ? "flag" : (origins[name] ?? "default"),
  }))
}

const displayValue = (value: unknown): string =>
  (typeof value === "object" ? JSON.stringify(value) : String(value)).replace(/\/\/[^/@]*@/g, "//…@")

/** `doctor --lifecycle [json|xml]`: prints the rule on stdout and explains it on stderr. */
async function printLifecycle(flags: DoctorFlags, terminal: Terminal): Promise<void> {
  const form = flags.lifecycle === true ? "json" : flags.lifecycle
  if (form !== "json" && form !== "xml")
    throw new ShareError("bad-usage", `Unknown value "${form}" for --lifecycle.`, { hint: "Choose from: json, xml." })
  const { destination, expires } = settingsFromFlags(flags, terminal)
  const length = parseLifetime(flags.expires, expires)?.durationMs
  const rule = lifecycle(destination, length, await mayHaveVersions(destination))
  terminal.stdout.write(`${form === "xml" ? asXml(rule) : JSON.stringify(rule, null, 2)}\n`)

  const place = parseDestination(destination.to)
  if (place.kind !== "s3") return
  const days = Math.ceil((length ?? 0) / 86_400_000)
  const at = destination.endpoint === undefined ? "" : ` --endpoint-url ${destination.endpoint}`
  const prefix = rule.Rules[0]?.Filter.Prefix ?? ""
  const wide = Math.min(terminal.stderr.columns || 80, 100)
  const words = describeLifecycle(days, prefix, place.bucket)
  const command = `aws s3api put-bucket-lifecycle-configuration${at} --bucket ${place.bucket} --lifecycle-configuration file://rule.json`
  info(
    terminal,
    flags.quiet,
    ...["", ...words.flatMap((text) => wrapText(text, wide)), ...(form === "json" ? [`  ${command}`] : [])],
  )
}

/** Whether the bucket may keep versions; true if it cannot be determined. */
async function mayHaveVersions(destination: Destination): Promise<boolean> {
  const place = parseDestination(destination.to)
  if (place.kind !== "s3") return false
  const { inspectBucket } = await import("../store/s3/s3-inspect.ts")
  const facts = await inspectBucket({ ...destination, bucket: place.bucket }).catch(() => undefined)
  return facts === undefined || facts.versioning !== "off"
}
