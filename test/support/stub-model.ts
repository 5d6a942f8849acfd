import { createServer, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { json } from "node:stream/consumers"

/** The model's reply to one request. */
export interface Reply {
  reasoning?: string
  text?: string
  /** Tool calls; `args` as a string is sent unchanged, so that it can be broken JSON. */
  tools?: { name: string; args: unknown }[]
  /** HTTP error status in place of a reply. */
  status?: number
  /** Milliseconds of pause after the reasoning and before the end of the reply. */
  think?: number
  wait?: number
  /** Tokens of the reply; `prompt` includes cached ones. */
  usage?: { prompt: number; cached: number; completion: number }
}

export interface StubModel {
  /** Base URL for an OpenAI-compatible provider. */
  readonly url: string
  /** Appends replies to the queue; without any left, the model says "Done." */
  queue(...replies: Reply[]): void
  /** Number of replies left. */
  left(): number
  close(): Promise<void>
}

/** A scripted model: streams `/chat/completions` on loopback, to drive the real client. */
export async function startStubModel(): Promise<StubModel> {
  const replies: Reply[] = []
  const server = createServer(async (request, response) => {
    if (request.method !== "POST" || !request.url?.endsWith("/chat/completions")) {
      response.writeHead(404).end()
      return
    }
    const body = (await json(request)) as { model: string; tools?: unknown[] }
    // Only the agent sends tools; a request without tools is for a title or a summary and consumes no reply.
    const reply = body.tools?.length ? (replies.shift() ?? { text: "Done." }) : { text: "A short summary." }
    await answer(response, body.model, reply)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    queue: (...more) => void replies.push(...more),
    left: () => replies.length,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

async function answer(response: ServerResponse, model: string, reply: Reply): Promise<void> {
  if (reply.status !== undefined) {
    response.writeHead(reply.status, { "content-type": "application/json" })
    response.end(JSON.stringify({ error: { message: "The stub was told to fail.", type: "stub" } }))
    return
  }
  response.writeHead(200, { "content-type": "text/event-stream" })
  const send = (delta: object, finish: string | null = null, usage?: object) =>
    response.write(
      `data: ${JSON.stringify({
        id: "stub",
        object: "chat.completion.chunk",
        created: 0,
        model,
        choices: [{ index: 0, delta, finish_reason: finish }],
        ...(usage && { usage }),
      })}\n\n`,
    )
  send({ role: "assistant" })
  if (reply.reasoning) send({ reasoning_content: reply.reasoning })
  if (reply.think) await new Promise((resolve) => setTimeout(resolve, reply.think))
  if (reply.text) send({ content: reply.text })
  for (const [index, { name, args }] of (reply.tools ?? []).entries()) {
    const call = { name, arguments: typeof args === "string" ? args : JSON.stringify(args) }
    send({ tool_calls: [{ index, id: `call_${index}_${name}`, type: "function", function: call }] })
  }
  if (reply.wait) await new Promise((resolve) => setTimeout(resolve, reply.wait))
  const { prompt, cached, completion } = reply.usage ?? { prompt: 1000, cached: 400, completion: 100 }
  send({}, reply.tools?.length ? "tool_calls" : "stop", {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: cached },
  })
  response.end("data: [DONE]\n\n")
}
