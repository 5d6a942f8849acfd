import type { FileDiff, Json, MessageError, Tokens } from "./model.ts"

type Fields = { [key: string]: Json }

/** Removes undefined fields. */
export function present(values: { [key: string]: Json | undefined }): Fields {
  const fields: Fields = {}
  for (const name in values) if (values[name] !== undefined) fields[name] = values[name]
  return fields
}

/** Name of an agent, a model or a provider, if it is a single short line. */
export const nameRecord = (name: string | undefined): string | undefined =>
  name !== undefined && name.length <= 100 && !/[\n\r]/.test(name) ? name : undefined

/** The id if it is a message id. */
export const messageID = (id: string | undefined): string | undefined => (id?.startsWith("msg") ? id : undefined)

export const tokensRecord = ({ total, input, output, reasoning, cacheRead, cacheWrite }: Tokens): Json =>
  present({ total, input, output, reasoning, cache: { read: cacheRead, write: cacheWrite } })

export const diffRecord = ({ file, patch, additions, deletions, status }: FileDiff): Json => ({
  ...{ file, patch, additions, deletions, status },
})

/** Record of an error without the provider's response: no headers, body or URL. */
export function errorRecord({ name, message, statusCode, retryable, provider }: MessageError): Json {
  return {
    name,
    data: present({
      message,
      statusCode,
      isRetryable: retryable,
      // OpenCode accepts these errors only with their specific fields.
      providerID: name === "ProviderAuthError" ? (nameRecord(provider) ?? "") : undefined,
      retries: name === "StructuredOutputError" ? 0 : undefined,
    }),
  }
}

export const timeRecord = (start: number | undefined, end: number | undefined): Fields | undefined =>
  start === undefined && end === undefined ? undefined : present({ start, end })
