import path from "node:path"
import { fileURLToPath } from "node:url"
import { DEAD_ENDPOINT_URL } from "../config/dead-endpoint.ts"
import { dataFolder, systemEnvironment } from "../config/paths.ts"
import { isShareMode, unknownShareMode } from "../config/share-mode.ts"
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
import { workerClient } from "./worker-client.ts"

/** What is not needed to start is done so many milliseconds later. */
const STARTUP_DELAY_MS = 2_000

/** The part of the plugin that is there once for each project's folder, however often OpenCode asks for it. */
interface PluginInstance {
  sharing: Sharing
  /** OpenCode as the last initialisation has given it. */
  client: OpencodeClient
  api: string
}

/**
 * The OpenCode plugin: OpenCode's own `/share`, `/unshare` and share modes, with the user's bucket behind them.
 * It answers OpenCode's share protocol on loopback; sessions are read through OpenCode's API, and rendered and sent in a
 * process of their own.
 */
async function server({ client, directory }: PluginInput): Promise<Hooks> {
  const notify = notifier(client)
  const guard = guardOf(directory)
  let isDisabled = false
  const instance = await instanceOf(directory, client).catch((error: unknown) => {
    notify("Sharing does not work", error)
    return undefined
  })
  setTimeout(() => {
    if (!isDisabled) notifyObjection(guard, `${directory} at start`, notify)
    afterStartup(client, directory, instance?.api).catch(() => {})
  }, STARTUP_DELAY_MS).unref()
  return {
    async config(config) {
      // It may come from where no file of this machine says it, and OpenCode may take what it does not know for "manual".
      if (!isShareMode(config.share)) {
        notify("Sharing is off", unknownShareMode(config.share, "OpenCode's configuration"))
        config.share = "disabled"
      }
      isDisabled = config.share === "disabled"
      // The hook may be given what it has changed before.
      if (!instance || config.enterprise?.url !== instance.api) guard.resolved(config.enterprise?.url)
      config.enterprise = { ...config.enterprise, url: instance?.api ?? DEAD_ENDPOINT_URL }
    },
    async event({ event }) {
      // A notice at start may come before there is a screen.
      if (event.type === "session.idle" && !isDisabled) notifyObjection(guard, `${directory} at rest`, notify)
      instance?.sharing.handleEvent(event)
    },
    async dispose() {
      guard.close()
      await instance?.sharing.flush()
    },
  }
}

const ledger = () => openLedger(path.join(dataFolder(systemEnvironment()), "ledger"))
const publisher = () =>
  processSingleton("publisher", () => workerClient(fileURLToPath(new URL("./worker.js", import.meta.url))))

function guardOf(folder: string): FailClosed {
  const guards = processSingleton("guards", () => new Map<string, FailClosed>())
  const guard = guards.get(folder) ?? failClosed(folder)
  guards.set(folder, guard)
  return guard
}

/** Says what keeps a folder's sessions from being shared, once for each occasion: `opencode plugin` writes one line alone. */
function notifyObjection(guard: FailClosed, occasion: string, notify: Notify): void {
  const told = processSingleton("objections", () => new Set<string>())
  if (told.has(occasion)) return
  told.add(occasion)
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

/** @param name the folder's own, in the address of the loopback server */
function start(home: Loopback, folder: string, name: string, client: OpencodeClient): PluginInstance {
  const api = home.mount(name, (request) => {
    const [, path] = /^\/opencode(\/.*)/.exec(mountedPath(request)) ?? []
    return path === undefined ? app.fetch(request) : forwardToOpencode(instance.client, path, request)
  })
  const notify: Notify = (...said) => notifier(instance.client)(...said)
  const known = () => ledger().all()
  const { objection } = guardOf(folder)
  const instance = {
    client,
    api,
    sharing: sharing({ worker: publisher(), folder, api, ledgerEntries: known, notify, objection }),
  }
  const app = shareApi(instance.sharing.backend, mountedPath)
  return instance
}

/** Warns of what stands in the way of sharing, and sees to what an earlier process has left half done; once in a process. */
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
      "Shares do not go to your bucket",
      `You are signed in to the organisation ${name}, and OpenCode then shares through it alone. To use your bucket, sign out of it: opencode console logout.`,
    )
  }
}

export default { id: "opencode-bucket", server }
