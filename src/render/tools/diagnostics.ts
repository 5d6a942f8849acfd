import type { Json } from "../../session/model.ts"
import { amount, definedFields, fields, isFields, list, optionalAmount, text } from "../../session/read-json.ts"
import type { Diagnostic, ToolBlock } from "./tool-block.ts"

// Values of DiagnosticSeverity in the Language Server Protocol 3.17; its lines count from 0.
const SEVERITIES = ["error", "warning", "information", "hint"] as const

/** Parses `diagnostics` of the metadata: messages of the language server by file. */
export function readDiagnostics(metadata: unknown): Diagnostic[] {
  return Object.entries(fields(fields(metadata)["diagnostics"])).flatMap(([file, complaints]) =>
    list(complaints)
      .filter(isFields)
      .filter((complaint) => typeof complaint["message"] === "string")
      .map((complaint) => {
        const line = optionalAmount(fields(fields(complaint["range"])["start"])["line"])
        return {
          file,
          line: line === undefined ? undefined : line + 1,
          severity: SEVERITIES[amount(complaint["severity"]) - 1] ?? "error",
          message: text(complaint["message"]),
        }
      }),
  )
}

export const diagnosticsBlock = (diagnostics: Diagnostic[], paths: string[]): ToolBlock[] =>
  diagnostics.length === 0 ? [] : [{ type: "diagnostics", diagnostics, paths }]

/** Messages in groups, of which each is shown in its own way: errors, others, and those about other files. */
export function groupDiagnostics(
  diagnostics: readonly Diagnostic[],
  paths: readonly string[],
): { errors: Diagnostic[]; notes: Diagnostic[]; elsewhere: Diagnostic[] } {
  // A call may name its file relative to its folder.
  const isOwn = ({ file }: Diagnostic) => paths.some((path) => file === path || file.endsWith(`/${path}`))
  const own = paths.length === 0 ? [...diagnostics] : diagnostics.filter(isOwn)
  return {
    errors: own.filter(({ severity }) => severity === "error"),
    notes: own.filter(({ severity }) => severity !== "error"),
    elsewhere: paths.length === 0 ? [] : diagnostics.filter((one) => !isOwn(one)),
  }
}

/** The same as they stand in `session.json`. */
export function diagnosticsRecord(found: readonly Diagnostic[]): Json | undefined {
  if (found.length === 0) return undefined
  const byFile = Map.groupBy(found, ({ file }) => file)
  const complaint = ({ line, severity, message }: Diagnostic): Json =>
    definedFields({
      range: line === undefined ? undefined : { start: { line: line - 1 } },
      severity: SEVERITIES.indexOf(severity) + 1,
      message,
    })
  return Object.fromEntries([...byFile].map(([file, complaints]) => [file, complaints.map(complaint)]))
}
