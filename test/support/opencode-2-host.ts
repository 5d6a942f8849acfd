// A stand-in for OpenCode 2, as a process: loads the built plugin by the documented contexts of its server and its
// terminal (2.0 to 2.3), and reports every access to something that these do not have. Commands come as JSON lines on
// stdin, events leave as JSON lines on stdout.
import { createInterface } from "node:readline"

interface HostOptions {
  /** Modules of the plugin. */
  server: string
  tui: string
  folder: string
  /** A version of OpenCode 1, whose terminal loads the plugin instead. */
  version1?: string
  /** Methods that this OpenCode lacks, as paths: `ui.dialog`. */
  without?: string[]
  /** Sessions of another machine that the terminal's client returns, by id. */
  remote?: Record<string, { info: object; messages: object[] }>
}

type HostCommand =
  | { screen: string }
  | { answers: unknown[] }
  | { slash: string }
  | { event: object }
  | { remote: HostOptions["remote"] }
  | { stop: true }

const options = JSON.parse(process.argv[2]!) as HostOptions
const tell = (event: object) => process.stdout.write(`${JSON.stringify(event)}\n`)

/** An object whose other properties do not exist. */
function strict<T extends object>(path: string, members: T): T {
  const known = Object.fromEntries(
    Object.entries(members).filter(([name]) => !options.without?.includes(`${path}.${name}`.replace(/^[a-z]+\./, ""))),
  )
  return new Proxy(known as T, {
    get(target, name) {
      if (typeof name === "symbol" || name in members) return Reflect.get(target, name)
      tell({ violation: `${path}.${name}` })
      return undefined
    },
  })
}
const unused = (path: string, names: string) =>
  strict(
    path,
    Object.fromEntries(
      names.split(" ").map((name) => [
        name,
        () => {
          tell({ violation: `${path}.${name}()` })
        },
      ]),
    ),
  )

let screen = { type: "home" } as { type: string; sessionID?: string }
let answers: unknown[] = []
let remote = options.remote
let isRendering = false
const layers: { priority: number; commands: { id: string; slash?: { name: string }; run: () => unknown }[] }[] = []
const handlers = new Map<string, Set<(event: unknown) => void>>()
const queue: unknown[] = []
let wake = () => {}

// OpenCode's own, below every plugin.
layers.push({
  priority: 0,
  commands: ["share", "unshare"].map((name) => ({
    id: `session.${name}`,
    slash: { name },
    run: () => tell({ placeholder: name }),
  })),
})

const serverContext = strict("server", {
  ...{
    app: strict("server.app", { version: "2.0.26" }),
    options: {},
    location: strict("server.location", { directory: options.folder }),
  },
  event: strict("server.event", {
    subscribe: async function* () {
      for (;;) {
        while (queue.length > 0) yield queue.shift()
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
  }),
  session: unused(
    "server.session",
    "create get switchAgent switchModel prompt generate command synthetic interrupt rename move wait context hook",
  ),
  ...Object.fromEntries(
    "agent command integration mcp generate permission plugin reference shell skill storage tool vcs websearch"
      .split(" ")
      .map((name) => [name, unused(`server.${name}`, "list")]),
  ),
})

const dialog = (kind: string) => async (shown: object) => {
  tell({ dialog: { kind, ...shown } })
  const answer = answers.shift()
  if (kind !== "select") return answer
  const { options } = shown as { options: { title: string; value: unknown }[] }
  return options.find(({ title }) => title === answer)?.value
}

const tuiContext = strict("tui", {
  options: {},
  location: strict("tui.location", { directory: options.folder }),
  app: strict("tui.app", { version: "2.0.26", channel: "latest" }),
  renderer: strict("tui.renderer", {
    copyToClipboardOSC52(text: string) {
      tell({ copied: text })
      return true
    },
  }),
  client: strict("tui.client", {
    session: strict("tui.client.session", {
      get: async ({ sessionID }: { sessionID: string }) => {
        const found = remote?.[sessionID]
        if (!found) throw new Error("Session not found")
        return found.info
      },
    }),
    message: strict("tui.client.message", {
      async list({ sessionID, limit, cursor }: { sessionID: string; limit: number; cursor?: string }) {
        const from = Number(cursor ?? 0)
        const messages = remote?.[sessionID]?.messages ?? []
        const page = messages.slice(from, from + Math.min(limit, 3))
        const next = from + page.length < messages.length ? String(from + page.length) : undefined
        return { data: page, cursor: { next } }
      },
    }),
  }),
  data: strict("tui.data", {
    on(type: string, handler: (event: unknown) => void) {
      const registered = handlers.get(type) ?? new Set()
      handlers.set(type, registered.add(handler))
      return () => registered.delete(handler)
    },
    listen: () => () => {},
    session: unused("tui.data.session", "list get root family cost status sync"),
  }),
  ...{
    attention: unused("tui.attention", "notify"),
    theme: {},
    themeMode: "dark",
    markdown: unused("tui.markdown", "x"),
  },
  keymap: strict("tui.keymap", {
    layer(make: () => (typeof layers)[number]) {
      if (!isRendering) throw new Error("Keymap.Provider is missing")
      layers.push(make())
    },
    ...{ dispatch: () => {}, shortcuts: () => [], commands: () => [], pending: () => [], active: () => [], mode: {} },
  }),
  storage: unused("tui.storage", "store memory"),
  ui: strict("tui.ui", {
    dialog: strict("tui.ui.dialog", {
      ...{ show: () => {}, set: () => {}, clear: () => {}, prompt: dialog("prompt"), alert: dialog("alert") },
      ...{ confirm: dialog("confirm"), select: dialog("select") },
    }),
    toast: strict("tui.ui.toast", { show: (toast: object) => tell({ toast }) }),
    format: unused("tui.ui.format", "path"),
    router: strict("tui.ui.router", { register: () => () => {}, navigate: () => {}, current: () => screen }),
    ...{ panel: unused("tui.ui.panel", "open close current"), tabs: unused("tui.ui.tabs", "enabled list open") },
    slot({ append, render }: { append: string; render: (input: object) => unknown }) {
      if (append !== "app") tell({ violation: `slot ${append}` })
      isRendering = true
      render({})
      isRendering = false
      return () => tell({ released: "slot" })
    },
  }),
})

interface PluginModule {
  default: { id: string; setup(context: object): unknown }
}
const { default: server } = (await import(options.server)) as PluginModule
const { default: tui } = (await import(options.tui)) as PluginModule & { default: { tui(api: object): Promise<void> } }
const cleanups: unknown[] = []
if (options.version1 === undefined) cleanups.push(await server.setup(serverContext), await tui.setup(tuiContext))
else await tui.tui(terminalOf1(options.version1))
tell({ ready: [server.id, tui.id] })

/** The terminal of a later OpenCode 1, without sharing of its own. */
function terminalOf1(version: string): object {
  return strict("tui1", {
    app: strict("tui1.app", { version }),
    keymap: strict("tui1.keymap", {
      registerLayer({ commands }: { commands: { name: string; slashName: string; run: () => unknown }[] }) {
        const named = commands.map(({ name, slashName, run }) => ({ id: name, slash: { name: slashName }, run }))
        layers.push({ priority: 1, commands: named })
      },
    }),
    route: {
      get current() {
        return { name: screen.type, params: { sessionID: screen.sessionID } }
      },
    },
    ui: strict("tui1.ui", {
      DialogSelect: (shown: { options: { title: string; onSelect?: () => void }[] }) => {
        tell({ dialog: { kind: "select", ...shown } })
        const answer = answers.shift()
        shown.options.find(({ title }) => title === answer)?.onSelect?.()
      },
      DialogConfirm: (shown: { onConfirm: () => void; onCancel: () => void }) => {
        tell({ dialog: { kind: "confirm", ...shown } })
        if (answers.shift()) shown.onConfirm()
        else shown.onCancel()
      },
      dialog: { replace: (show: () => unknown) => show(), clear: () => {} },
      toast: (toast: object) => tell({ toast }),
    }),
    state: { path: { directory: options.folder }, session: { get: () => undefined } },
    client: { session: { unshare: () => tell({ violation: "client.session.unshare()" }) } },
    renderer: {
      copyToClipboardOSC52(copied: string) {
        tell({ copied })
        return true
      },
    },
  })
}

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line) as HostCommand
  if ("screen" in command) screen = { type: "session", sessionID: command.screen }
  if ("answers" in command) answers = command.answers
  if ("remote" in command) remote = command.remote
  if ("slash" in command) {
    const named = layers.toSorted((a, b) => b.priority - a.priority).flatMap(({ commands }) => commands)
    named.find(({ slash }) => slash?.name === command.slash)?.run()
  }
  if ("event" in command) {
    queue.push(command.event)
    wake()
    for (const handler of handlers.get((command.event as { type: string }).type) ?? []) handler(command.event)
  }
  if ("stop" in command) {
    for (const cleanup of cleanups) if (typeof cleanup === "function") await cleanup()
    tell({ stopped: true })
    break
  }
}
process.exit()
