import { statSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { DEAD_ENDPOINT_URL } from "../config/dead-endpoint.ts"
import { ledgerFolder, systemEnvironment } from "../config/paths.ts"
import { isShareMode, shareMode, unknownShareMode } from "../config/share-mode.ts"
import { openLedger } from "../share/ledger.ts"
import { shareApi } from "../share-api/share-api.ts"
import { type FailClosed, failClosed } from "./fail-closed.ts"
import { type Loopback, loopback, mountedPath } from "./loopback.ts"
import { type Notify, notifier } from "./notifier.ts"
import { forwardToOpencode, type Hooks, type OpencodeClient, type PluginInput } from "./opencode.ts"
import { activeOrganisation } from "./organisation.ts"
import { processSingleton } from "./process-singleton.ts"
import { startRecoveryLoop } from "./recovery-loop.ts"
import { type Sharing, sharing } from "./sharing.ts"
import { type ServerContextV2, setupServer } from "./v2/setup.ts"
import { workerClient } from "./worker-client.ts"

/** Delay of work that is not needed at startup. */
const STARTUP_DELAY_MS = 2_000

/** Plugin state of one project's folder; created once, however often OpenCode initialises the plugin. */
interface PluginInstance {
  sharing: Sharing
  /** The client of the latest initialisation. */
  client: OpencodeClient
  api: string
}

/**
 * The OpenCode plugin: OpenCode's own `/share`, `/unshare` and share modes, backed by the user's bucket.
 * Serves OpenCode's share protocol on loopback. A worker process reads sessions through OpenCode's API, renders and
 * uploads them.
 */
async function server({ client, directory }: PluginInput): Promise<Hooks> {
  const notify = notifier(client)
  const guard = guardOf(directory)
  let isDisabled = false
  const instance = await instanceOf(directory, client).catch((error: unknown) => {
    notify("Sharing is unavailable", error)
    return undefined
  })
  setTimeout(() => {
    if (!isDisabled) notifyObjection(guard, `${directory} at start`, notify)
    afterStartup(client, directory, instance?.api).catch(() => {})
  }, STARTUP_DELAY_MS).unref()
  return {
    async config(config) {
      // The mode may come from a remote source, and OpenCode may treat an unknown mode as "manual".
      if (!isShareMode(config.share)) {
        notify("Sharing is off", unknownShareMode(config.share, "OpenCode's configuration"))
        config.share = "disabled"
      }
      isDisabled = config.share === "disabled"
      // OpenCode may pass a configuration that this hook has already changed.
      if (!instance || config.enterprise?.url !== instance.api) guard.resolved(config.enterprise?.url)
      config.enterprise = { ...config.enterprise, url: instance?.api ?? DEAD_ENDPOINT_URL }
    },
    async event({ event }) {
      // A notice at startup may come before the screen exists.
      if (event.type === "session.idle" && !isDisabled) notifyObjection(guard, `${directory} at rest`, notify)
      instance?.sharing.handleEvent(event)
    },
    async dispose() {
      guard.close()
      await instance?.sharing.flush()
    },
  }
}

const ledger = () => openLedger(ledgerFolder(systemEnvironment()))
const publisher = () =>
  processSingleton("publisher", () => workerClient(fileURLToPath(new URL("./worker.js", import.meta.url))))

function guardOf(folder: string): FailClosed {
  const guards = processSingleton("guards", () => new Map<string, FailClosed>())
  const guard = guards.get(folder) ?? failClosed(folder)
  guards.set(folder, guard)
  return guard
}

/** Notifies once per occasion why a folder's sessions cannot be shared: `opencode plugin` writes only one line. */
function notifyObjection(guard: FailClosed, occasion: string, notify: Notify): void {
  const notified = processSingleton("objections", () => new Set<string>())
  if (notified.has(occasion)) return
  notified.add(occasion)
  const objection = guard.objection()
  if (objection) notify("Sharing is off", objection, "warning")
}

async function instanceOf(folder: string, client: OpencodeClient): Promise<PluginInstance> {
  const instances = processSingleton("instances", () => new Map<string, Promise<PluginInstance>>())
  const name = String(instances.size + 1)
  const made = instances.get(folder) ?? loopback().then((home) => start(home, folder, name, client))
  instances.set(folder, made)
  const instance = await made
  instance.client = client
  return instance
}

/** @param name path segment of this folder in the loopback server's URL */
function start(home: Loopback, folder: string, name: string, client: OpencodeClient): PluginInstance {
  const api = home.mount(name, (request) => {
    const [, path] = /^\/opencode(\/.*)/.exec(mountedPath(request)) ?? []
    return path === undefined ? app.fetch(request) : forwardToOpencode(instance.client, path, request)
  })
  const notify: Notify = (...said) => notifier(instance.client)(...said)
  const { objection } = guardOf(folder)
  const instance = {
    client,
    api,
    sharing: sharing({ worker: publisher(), folder, api, ledgerEntries: () => ledger().all(), notify, objection }),
  }
  const app = shareApi(() => instance.sharing.backend, mountedPath)
  return instance
}

/** Starts recovery of interrupted jobs, and warns if an organisation overrides the plugin; once per process. */
async function afterStartup(client: OpencodeClient, folder: string, api: string | undefined): Promise<void> {
  const done = processSingleton("looked around", () => ({ warned: false, recovering: false }))
  if (!done.recovering && api !== undefined) {
    done.recovering = true
    startRecoveryLoop(ledger(), () => publisher().run({ job: "recover", folder, api }))
  }
  const name = await activeOrganisation(client)
  if (name !== undefined && !done.warned) {
    done.warned = true
    notifier(client)(
      "Shares do not use your bucket",
      `You are signed in to the organisation ${name}, so OpenCode shares through it. To use your bucket, sign out: opencode console logout.`,
    )
  }
}

/** OpenCode 2's entry. OpenCode 1 calls it as well, with a context that only registers. */
const setup = (context: ServerContextV2) =>
  setupServer(context, {
    worker: publisher(),
    ledgerVersion: () => statSync(ledgerFolder(systemEnvironment()), { throwIfNoEntry: false })?.mtimeMs,
    isAuto(folder) {
      try {
        return shareMode(systemEnvironment(), folder) === "auto"
      } catch {
        // Disabled, or unreadable: a share says why.
        return false
      }
    },
  })

export default { id: "opencode-bucket", server, setup }
