import { readFileSync } from "node:fs"
import { Ajv2020 } from "ajv/dist/2020.js"

interface Definition {
  properties?: Record<string, object>
}

const schema = JSON.parse(readFileSync("docs/json.schema.json", "utf8")) as { $defs: Record<string, Definition> }

/** Names of the definitions that describe the output of a command. */
export const commandDefinitions = Object.entries(schema.$defs)
  .filter(([, { properties }]) => properties && "error" in properties)
  .map(([name]) => name)

/** The schema allows further fields, for later versions. Here they are mistakes: fields that it does not document. */
const closed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(closed)
  if (typeof value !== "object" || value === null) return value
  const copy = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, closed(each)]))
  return "properties" in copy && copy["type"] === "object" ? { ...copy, additionalProperties: false } : copy
}

const ajv = new Ajv2020({ allErrors: true, strict: false, formats: { "date-time": isTime } }).addSchema(
  closed(schema) as object,
  "output",
)

/** Why an output is not what a definition of `docs/json.schema.json` says; empty if it is. */
export function problemsOf(output: unknown, definition: string): string[] {
  const validate = ajv.getSchema(`output#/$defs/${encodeURIComponent(definition)}`)
  if (!validate) return [`no definition ${definition}`]
  return validate(output)
    ? []
    : (validate.errors ?? []).map(
        ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
      )
}

function isTime(text: string): boolean {
  return !Number.isNaN(Date.parse(text)) && new Date(text).toISOString() === text
}
