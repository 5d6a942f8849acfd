import path from "node:path"
import { fileURLToPath } from "node:url"
import { dataFolder, theWorld } from "../config/folders.ts"
import { NOWHERE } from "../config/nowhere.ts"
import { isShareMode, unknownShareMode } from "../config/share-mode.ts"
import { openLedger } from "../share/ledger.ts"
import { shareApi } from "../share-api/share-api.ts"
import { type FailClosed, failClosed } from "./fail-closed.ts"
import { keepTidy } from "./keep-tidy.ts"
import { type Loopback, loopback, ownPath } from "./loopback.ts"
import { type Hooks, type OpencodeClient, type PluginInput, passOn } from "./opencode.ts"
import { organisation } from "./organisation.ts"
import { processWide } from "./process-wide.ts"
import { type Sharing, sharing } from "./sharing.ts"
import { type Tell, teller } from "./tell.ts"
import { publisherProcess } from "./worker-client.ts"

/** What is not needed to start is done so many milliseconds later. */
const LATER = 2_000

/** The part of the plugin that is there once for each project's folder, however often OpenCode asks for it. */
interface Instance {
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
  const tell = teller(client)
  const guard = guardOf(directory)
  let isDisabled = false
  const instance = await instanceOf(directory, client).catch((error: unknown) => {
    tell("Sharing does not work", error)
    return undefined
  })
  setTimeout(() => {
    if (!isDisabled) tellObjection(guard, `${directory} at start`, tell)
    lookAround(client, directory, instance?.api).catch(() => {})
  }, LATER).unref()
  return {
    async config(config) {
      // It may come from where no file of this machine says it, and OpenCode may take what it does not know for "manual".
      if (!isShareMode(config.share)) {
        tell("Sharing is off", unknownShareMode(config.share, "OpenCode's configuration"))
        config.share = "disabled"
      }
      isDisabled = config.share === "disabled"
      // The hook may be given what it has changed before.
      if (!instance || config.enterprise?.url !== instance.api) guard.resolved(config.enterprise?.url)
      config.enterprise = { ...config.enterprise, url: instance?.api ?? NOWHERE }
    },
    async event({ event }) {
      // A notice at start may come before there is a screen.
      if (event.type === "session.idle" && !isDisabled) tellObjection(guard, `${directory} at rest`, tell)
      instance?.sharing.noticed(event)
    },
    async dispose() {
      guard.close()
      await instance?.sharing.settled()
    },
  }
}

const ledger = () => openLedger(path.join(dataFolder(theWorld()), "ledger"))
const publisher = () =>
  processWide("publisher", () => publisherProcess(fileURLToPath(new URL("./worker.js", import.meta.url))))

function guardOf(folder: string): FailClosed {
  const guards = processWide("guards", () => new Map<string, FailClosed>())
  const guard = guards.get(folder) ?? failClosed(folder)
  guards.set(folder, guard)
  return guard
}

/** Says what keeps a folder's sessions from being shared, once for each occasion: `opencode plugin` writes one line alone. */
function tellObjection(guard: FailClosed, occasion: string, tell: Tell): void {
  const told = processWide("objections", () => new Set<string>())
  if (told.has(occasion)) return
  told.add(occasion)
  const objection = guard.objection()
  if (objection) tell("Sharing is off", objection, "warning")
}

async function instanceOf(folder: string, client: OpencodeClient): Promise<Instance> {
  const instances = processWide("instances", () => new Map<string, Promise<Instance>>())
  const name = String(instances.size + 1)
  const made = instances.get(folder) ?? loopback().then((home) => start(home, folder, name, client))
  instances.set(folder, made)
  const instance = await made
  instance.client = client
  return instance
}

/** @param name the folder's own, in the address of the loopback server */
function start(home: Loopback, folder: string, name: string, client: OpencodeClient): Instance {
  const api = home.mount(name, (request) => {
    const [, path] = /^\/opencode(\/.*)/.exec(ownPath(request)) ?? []
    return path === undefined ? app.fetch(request) : passOn(instance.client, path, request)
  })
  const tell: Tell = (...said) => teller(instance.client)(...said)
  const known = () => ledger().all()
  const { objection } = guardOf(folder)
  const instance = { client, api, sharing: sharing({ publisher: publisher(), folder, api, known, tell, objection }) }
  const app = shareApi(instance.sharing.backend, ownPath)
  return instance
}

/** Warns of what stands in the way of sharing, and sees to what an earlier process has left half done; once in a process. */
async function lookAround(client: OpencodeClient, folder: string, api: string | undefined): Promise<void> {
  const done = processWide("looked around", () => ({ warned: false, tidying: false }))
  if (!done.tidying && api !== undefined) {
    done.tidying = true
    keepTidy(ledger(), () => publisher().ask({ job: "tidy", folder, api }))
  }
  const name = await organisation(client)
  if (name !== undefined && !done.warned) {
    done.warned = true
    teller(client)(
      "Shares do not go to your bucket",
      `You are signed in to the organisation ${name}, and OpenCode then shares through it alone. To use your bucket, sign out of it: opencode console logout.`,
    )
  }
}

export default { id: "opencode-bucket", server }
