import { fileURLToPath } from "node:url"
import { ShareError } from "./errors.ts"
import { loopback, ownPath } from "./plugin/loopback.ts"
import { type Hooks, type OpencodeEvent, type PluginInput, passOn } from "./plugin/opencode.ts"
import { type Publisher, publisherProcess } from "./plugin/publisher.ts"
import { keepUpdated } from "./plugin/updates.ts"
import { shareApi } from "./share-api/share-api.ts"

/** Changes of a session are gathered for so many milliseconds before they are published. */
const GATHERED = 2_000

/**
 * The OpenCode plugin: OpenCode's own `/share`, `/unshare` and share modes, with the user's bucket behind them.
 * It answers OpenCode's share protocol on loopback; sessions are read through OpenCode's API, and rendered and sent in a
 * process of their own.
 */
async function server({ client, directory }: PluginInput): Promise<Hooks> {
  const publisher = publisherOf()
  /** The share of a session, and the session that a subagent's belongs to. */
  const shares = new Map<string, string>()
  const parents = new Map<string, string>()
  const creating = new Map<string, Promise<{ id: string; url: string; secret: string }>>()
  let api = ""

  const updates = keepUpdated(async (id) => {
    try {
      const { session } = await publisher.ask({ job: "update", id, folder: directory, api })
      shares.set(String(session), id)
    } catch (error) {
      if (error instanceof ShareError && error.code === "share-not-found") forgetShare(id)
      else tell("The share could not be brought up to date", error)
    }
  }, GATHERED)

  function forgetShare(id: string): void {
    for (const [session, share] of shares) if (share === id) shares.delete(session)
  }

  async function create(session: string) {
    try {
      const made = await publisher.ask({ job: "share", session, folder: directory, api })
      shares.set(session, String(made["id"]))
      return { id: String(made["id"]), url: String(made["url"]), secret: String(made["secret"]) }
    } catch (error) {
      tell("The session was not shared", error)
      throw error
    }
  }

  const app = shareApi(
    {
      create(session) {
        // OpenCode may ask twice at once.
        const made = creating.get(session) ?? create(session).finally(() => creating.delete(session))
        creating.set(session, made)
        return made
      },
      async sync(id) {
        // What it sends is not looked at: the session is read from OpenCode itself.
        updates.changed(id)
      },
      async remove(id, secret) {
        await updates.forget(id)
        try {
          await publisher.ask({ job: "unshare", id, secret, folder: directory })
          forgetShare(id)
        } catch (error) {
          tell("The share was not removed", error)
          throw error
        }
      },
    },
    ownPath,
  )

  function tell(title: string, error: unknown): void {
    const { message, hint } = error instanceof ShareError ? error : { message: String(error), hint: undefined }
    const text = hint ? `${message} ${hint}` : message
    client.app
      .log({ body: { service: "opencode-bucket", level: "error", message: `${title}: ${text}` } })
      .catch(() => {})
    client.tui.showToast({ body: { title, message: text, variant: "error", duration: 10_000 } }).catch(() => {})
  }

  const rootOf = (session: string): string => {
    const parent = parents.get(session)
    return parent === undefined || parent === session ? session : rootOf(parent)
  }

  function noticed({ type, properties = {} }: OpencodeEvent): void {
    const { info } = properties
    if (type.startsWith("session.") && info?.id && info.parentID) parents.set(info.id, info.parentID)
    const session = properties.sessionID ?? properties.part?.sessionID ?? info?.sessionID ?? info?.id
    const id = session === undefined ? undefined : shares.get(rootOf(session))
    if (id === undefined || !/^(?:session|message)\./.test(type)) return
    updates.changed(id)
    if (type === "session.idle") updates.rested(id)
  }

  return {
    async config(config) {
      const home = await loopback()
      api = home.mount(mountOf(directory), (request) => {
        const [, path] = /^\/opencode(\/.*)/.exec(ownPath(request)) ?? []
        return path === undefined ? app.fetch(request) : passOn(client, path, request)
      })
      config.enterprise = { ...config.enterprise, url: api }
    },
    event: async ({ event }) => noticed(event),
    async dispose() {
      // `opencode run --share` neither waits for the share that it asked for nor for its last changes.
      await Promise.allSettled(creating.values())
      await updates.settled()
    },
  }
}

const mounts = new Map<string, string>()

/** A name for a project's folder in the address of the loopback server. */
function mountOf(folder: string): string {
  const name = mounts.get(folder) ?? String(mounts.size + 1)
  mounts.set(folder, name)
  return name
}

let process_: Publisher | undefined

function publisherOf(): Publisher {
  process_ ??= publisherProcess(fileURLToPath(new URL("./publisher.js", import.meta.url)))
  return process_
}

export default { id: "opencode-bucket", server }
