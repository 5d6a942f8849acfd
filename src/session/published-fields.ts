import type { FileDiff, Json, JsonFields, MessageError, Tokens } from "./model.ts"
import { definedFields } from "./read-json.ts"

/** Name of an agent, a model or a provider, if it is a single short line. */
export const nameRecord = (name: string | undefined): string | undefined =>
  name !== undefined && name.length <= 100 && !/[\n\r]/.test(name) ? name : undefined

/** The id if it is a message id. */
export const messageID = (id: string | undefined): string | undefined => (id?.startsWith("msg") ? id : undefined)

export const tokensRecord = ({ total, input, output, reasoning, cacheRead, cacheWrite }: Tokens): Json =>
  definedFields({ total, input, output, reasoning, cache: { read: cacheRead, write: cacheWrite } })

export const diffRecord = ({ file, patch, additions, deletions, status }: FileDiff): Json => ({
  file,
  patch,
  additions,
  deletions,
  status,
})

/** Record of an error without the provider's response: no headers, body or URL. */
export function errorRecord({ name, message, statusCode, retryable, provider }: MessageError): Json {
  return {
    name,
    data: definedFields({
      message,
      statusCode,
      isRetryable: retryable,
      // OpenCode accepts these errors only with their specific fields.
      providerID: name === "ProviderAuthError" ? (nameRecord(provider) ?? "") : undefined,
      retries: name === "StructuredOutputError" ? 0 : undefined,
    }),
  }
}

export const timeRecord = (start: number | undefined, end: number | undefined): JsonFields | undefined =>
  start === undefined && end === undefined ? undefined : definedFields({ start, end })
