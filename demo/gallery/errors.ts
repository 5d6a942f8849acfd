import { answer, ask, at, call, type Draft, failed } from "./drafts.ts"

const stopped = (name: string, data: object, parts: unknown[] = []) =>
  answer(parts, { error: { name, data }, finish: undefined })

/** Errors between a prompt and its answer, and unreadable messages. */
export const errors: Draft[] = [
  ask(["Try again, whatever happens."]),
  answer([
    {
      type: "retry",
      attempt: 1,
      error: { name: "APIError", data: { message: "Overloaded", statusCode: 529, isRetryable: true } },
    },
    {
      type: "retry",
      attempt: 2,
      error: {
        name: "APIError",
        data: { message: "Too many requests: 40,000 tokens a minute", statusCode: 429, isRetryable: true },
      },
    },
    "The third time it went through.",
  ]),
  ask(["And now?"]),
  stopped("APIError", {
    message: "The model example-large was not found",
    statusCode: 404,
    isRetryable: false,
    responseHeaders: { "x-request-id": "r1" },
  }),
  ask(["With another key?"]),
  stopped("ProviderAuthError", { providerID: "example", message: "The key for example is not valid" }),
  ask(["Once more, please, at length."]),
  stopped("MessageOutputLengthError", {}, ["A tide is the rise and fall of the sea, and it has"]),
  ask(["Only the end."]),
  answer(["High water comes every twelve hours and"], { finish: "length" }),
  ask(["Read the whole archive."]),
  stopped("ContextOverflowError", {
    message: "The conversation is longer than the model can read: 214,032 tokens, 200,000 at most",
  }),
  ask(["Stop, I have seen enough."]),
  stopped("MessageAbortedError", { message: "Aborted" }, [
    "I will begin with",
    failed("bash", { command: "tides archive --all" }, "Tool execution aborted", 8),
  ]),
  ask(["Something new?"]),
  stopped("StructuredOutputError", {
    message: "The answer does not fit the schema: levels[3].metres is no number",
    retries: 2,
  }),
  ask(["What is left?"]),
  answer([
    { type: "hologram", beam: { width: 3, colour: "<b>blue</b>" } },
    { type: "text" },
    { type: "tool", tool: "bash" },
    7,
    failed(
      "glob",
      { wrong: 1 },
      'The glob tool was called with invalid arguments: SchemaError(Missing key\n  at ["pattern"]).',
    ),
    call("read", { filePath: at("levels.bin") }, { output: "Cannot read binary file" }),
  ]),
  { info: { role: "oracle" }, parts: [], after: 1 },
  answer(["Nothing that could not be read matters."]),
]
