import type { AssistantMessage, Tokens } from "../session/model.ts"
import { fields, isFields, list, optionalAmount, optionalText, text, type UnknownFields } from "../session/read-json.ts"

/** Neutral value for fields that an older or foreign record lacks. */
const UNKNOWN = "unknown"

export const integer = (value: unknown, or = 0) => Math.round(optionalAmount(value) ?? or)
export const amount = (value: unknown) => optionalAmount(value) ?? 0
/** Drops undefined fields. */
export const present = (values: UnknownFields): UnknownFields =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))

export function tokens(value: unknown): UnknownFields {
  const { input, output, reasoning, cache, total } = fields(value)
  const { read, write } = fields(cache)
  return present({
    total: optionalAmount(total),
    input: amount(input),
    output: amount(output),
    reasoning: amount(reasoning),
    cache: { read: amount(read), write: amount(write) },
  })
}

const diffs = (value: unknown) =>
  list(value)
    .filter(isFields)
    .map(({ file, patch, additions, deletions, status }) =>
      present({
        file: optionalText(file),
        patch: typeof patch === "string" ? patch : undefined,
        additions: amount(additions),
        deletions: amount(deletions),
        status: ["added", "deleted", "modified"].find((known) => known === status),
      }),
    )

/** Totals over the messages of a session. */
export interface SessionTotals {
  /** Agent and model of the last prompt. */
  agent: unknown
  model: unknown
  cost: number
  tokens: Tokens
}

export const emptyTotals = (): SessionTotals => ({
  agent: undefined,
  model: undefined,
  cost: 0,
  tokens: { total: undefined, input: 0, output: 0, reasoning: 0, cacheRead: 0, cacheWrite: 0 },
})

/** Adds an assistant message's cost and tokens. */
export function addTo(counted: SessionTotals, { cost, tokens }: Pick<AssistantMessage, "cost" | "tokens">): void {
  counted.cost += cost
  for (const kind of ["input", "output", "reasoning", "cacheRead", "cacheWrite"] as const)
    counted.tokens[kind] += tokens[kind]
}

/**
 * Converts session info to OpenCode 1.18's schema. Takes values that a published record omits from its messages. Drops
 * values that belong to the machine or person of origin: share, permissions, workspace, archived and summarizing states.
 */
export function toOpencodeSession(
  info: UnknownFields,
  id: string,
  parentID: string | undefined,
  told: SessionTotals,
): UnknownFields {
  const { title, slug, version, directory, agent, model, cost, time, summary } = info
  const { created, updated } = fields(time)
  const { modelID: lastModel, providerID: lastProvider } = fields(told.model)
  const { id: modelID, providerID, variant } = isFields(model) ? model : { id: lastModel, providerID: lastProvider }
  const { input, output, reasoning, cacheRead, cacheWrite } = told.tokens
  const counted = fields(summary)
  return present({
    id,
    parentID,
    slug: optionalText(slug) ?? id,
    projectID: "global",
    directory: text(directory),
    title: text(title),
    version: text(version),
    agent: optionalText(agent) ?? optionalText(told.agent),
    model:
      typeof modelID === "string" && typeof providerID === "string"
        ? present({ id: modelID, providerID, variant: optionalText(variant) })
        : undefined,
    summary: isFields(summary)
      ? {
          additions: amount(counted["additions"]),
          deletions: amount(counted["deletions"]),
          files: amount(counted["files"]),
        }
      : undefined,
    cost: optionalAmount(cost) ?? told.cost,
    tokens: isFields(info["tokens"])
      ? tokens(info["tokens"])
      : { input, output, reasoning, cache: { read: cacheRead, write: cacheWrite } },
    time: { created: integer(created), updated: integer(updated, integer(created)) },
  })
}

/** Converts a user message to OpenCode 1.18's schema. */
export function toOpencodeUserMessage(info: UnknownFields, ids: UnknownFields, model: UnknownFields): UnknownFields {
  const own = fields(info["model"])
  const { title, body } = fields(info["summary"])
  return present({
    ...ids,
    role: "user",
    time: { created: integer(fields(info["time"])["created"]) },
    summary: isFields(info["summary"])
      ? present({
          title: optionalText(title),
          body: optionalText(body),
          diffs: diffs(fields(info["summary"])["diffs"]),
        })
      : undefined,
    agent: optionalText(info["agent"]) ?? optionalText(info["mode"]) ?? "build",
    model: present({
      providerID: optionalText(own["providerID"]) ?? text(model["providerID"]),
      modelID: optionalText(own["modelID"]) ?? text(model["modelID"]),
      variant: optionalText(own["variant"]),
    }),
  })
}

/** Converts an assistant message to OpenCode 1.18's schema. `directory` is the session's. */
export function toOpencodeAssistantMessage(info: UnknownFields, ids: UnknownFields, directory: string): UnknownFields {
  const { cwd, root } = fields(info["path"])
  const mode = optionalText(info["mode"]) ?? optionalText(info["agent"]) ?? "build"
  return present({
    ...ids,
    role: "assistant",
    time: present({
      created: integer(fields(info["time"])["created"]),
      completed: optionalAmount(fields(info["time"])["completed"]) && integer(fields(info["time"])["completed"]),
    }),
    error: info["error"] === undefined || info["error"] === null ? undefined : errorFor(info["error"]),
    ...modelOf(info),
    mode,
    agent: optionalText(info["agent"]) ?? mode,
    path: { cwd: text(cwd) || directory, root: text(root) || directory },
    summary: typeof info["summary"] === "boolean" ? info["summary"] : undefined,
    cost: amount(info["cost"]),
    tokens: tokens(info["tokens"]),
    variant: optionalText(info["variant"]),
    finish: optionalText(info["finish"]),
  })
}

/** The model of an assistant message. */
export const modelOf = (info: UnknownFields): UnknownFields => ({
  modelID: optionalText(info["modelID"]) ?? UNKNOWN,
  providerID: optionalText(info["providerID"]) ?? UNKNOWN,
})

const plainErrors = ["ProviderAuthError", "MessageAbortedError", "ContextOverflowError", "ContentFilterError"]

function errorFor(value: unknown): UnknownFields {
  const { name, data } = fields(value)
  const known = fields(data)
  const message = optionalText(known["message"]) ?? text(fields(value)["message"])
  if (name === "APIError") {
    const { statusCode, isRetryable, responseBody } = known
    return {
      name,
      data: present({
        message,
        statusCode: optionalAmount(statusCode),
        isRetryable: isRetryable === true,
        responseHeaders: textsOf(known["responseHeaders"]),
        responseBody: optionalText(responseBody),
        metadata: textsOf(known["metadata"]),
      }),
    }
  }
  if (name === "MessageOutputLengthError") return { name, data: {} }
  if (typeof name === "string" && plainErrors.includes(name))
    return {
      name,
      data: present({ message, ...(name === "ProviderAuthError" && { providerID: text(known["providerID"]) }) }),
    }
  // Keep the original name in the message.
  return {
    name: "UnknownError",
    data: { message: [name !== "UnknownError" && text(name), message].filter(Boolean).join(": ") },
  }
}

const textsOf = (value: unknown) =>
  isFields(value) ? Object.fromEntries(Object.entries(value).filter(([, item]) => typeof item === "string")) : undefined
