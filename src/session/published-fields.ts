import type { FileDiff, Json, MessageError, Tokens } from "./model.ts"

type Fields = { [key: string]: Json }

/** The fields that have a value. */
export function present(values: { [key: string]: Json | undefined }): Fields {
  const fields: Fields = {}
  for (const name in values) if (values[name] !== undefined) fields[name] = values[name]
  return fields
}

/** The name of an agent, a model or a provider: one line, and short. */
export const nameRecord = (name: string | undefined): string | undefined =>
  name !== undefined && name.length <= 100 && !/[\n\r]/.test(name) ? name : undefined

/** The id of a message. */
export const messageID = (id: string | undefined): string | undefined => (id?.startsWith("msg") ? id : undefined)

export const tokensRecord = ({ total, input, output, reasoning, cacheRead, cacheWrite }: Tokens): Json =>
  present({ total, input, output, reasoning, cache: { read: cacheRead, write: cacheWrite } })

export const diffRecord = ({ file, patch, additions, deletions, status }: FileDiff): Json => ({
  ...{ file, patch, additions, deletions, status },
})

/** An error without the provider's response: no headers, no body, no address. */
export function errorRecord({ name, message, statusCode, retryable, provider }: MessageError): Json {
  return {
    name,
    data: present({
      message,
      statusCode,
      isRetryable: retryable,
      // OpenCode takes these errors only with their own fields.
      providerID: name === "ProviderAuthError" ? (nameRecord(provider) ?? "") : undefined,
      retries: name === "StructuredOutputError" ? 0 : undefined,
    }),
  }
}

export const timeRecord = (start: number | undefined, end: number | undefined): Fields | undefined =>
  start === undefined && end === undefined ? undefined : present({ start, end })
