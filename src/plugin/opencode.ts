// The parts of OpenCode's plugin interface (1.18) that this plugin uses.

interface ClientResponse {
  data?: unknown
  error?: unknown
  response: Response
}

interface ClientRequest {
  path: { id: string }
  query?: Record<string, string | number>
  /** Returns the body as an unread stream. */
  parseAs: "stream"
}

export interface OpencodeClient {
  session: {
    get(options: ClientRequest): Promise<ClientResponse>
    messages(options: ClientRequest): Promise<ClientResponse>
    children(options: ClientRequest): Promise<ClientResponse>
  }
  tui: {
    showToast(options: {
      body: { title?: string; message: string; variant: "info" | "success" | "warning" | "error"; duration?: number }
    }): Promise<unknown>
  }
  app: {
    log(options: {
      body: { service: string; level: "debug" | "info" | "warn" | "error"; message: string }
    }): Promise<unknown>
  }
  /** Raw HTTP client, for endpoints without a method. */
  _client?: { get(options: { url: string }): Promise<{ data?: unknown }> }
}

export interface PluginInput {
  client: OpencodeClient
  /** The project's folder. */
  directory: string
}

export interface OpencodeEvent {
  type: string
  properties?: {
    sessionID?: string
    messageID?: string
    info?: { id?: string; sessionID?: string; parentID?: string; title?: string; share?: { url?: string } }
    part?: { sessionID?: string; messageID?: string }
  }
}

export interface Hooks {
  config(config: { enterprise?: { url?: string }; share?: string }): Promise<void>
  event(input: { event: OpencodeEvent }): Promise<void>
  dispose(): Promise<void>
}

/**
 * Forwards requests of the worker process to OpenCode's API: a session, its messages and its children. Bodies are
 * streamed unchanged. Responds 404 to everything else.
 * @param path requested path, such as `/session/ses_…/message`
 */
export async function forwardToOpencode(client: OpencodeClient, path: string, request: Request): Promise<Response> {
  const { searchParams } = new URL(request.url)
  const [, id, what] = /^\/session\/(ses_\w+)(?:\/(message|children))?$/.exec(path) ?? []
  if (request.method !== "GET" || id === undefined) return new Response(null, { status: 404 })
  const options = { path: { id }, parseAs: "stream" as const }
  const asked =
    what === "message"
      ? client.session.messages({ ...options, query: Object.fromEntries(searchParams) })
      : what === "children"
        ? client.session.children(options)
        : client.session.get(options)
  const { data, response } = await asked
  const cursor = response.headers.get("x-next-cursor")
  const headers = { "content-type": "application/json", ...(cursor !== null && { "x-next-cursor": cursor }) }
  return new Response(response.ok ? (data as ReadableStream) : null, { status: response.status, headers })
}
