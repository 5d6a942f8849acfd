import { fields, optionalText } from "../../session/read-json.ts"
import { sessionCommands } from "../session-commands.ts"
import type { SessionUi } from "../session-ui.ts"
import type { WorkerClient } from "../worker-client.ts"
import { readThroughClient } from "./remote-record.ts"
import type { TuiContextV2 } from "./tui-context.ts"

/** OpenCode's own placeholders of `/share` and `/unshare` have priority 0 and these ids: a layer above replaces them. */
const LAYER_PRIORITY = 1
const TURN_EVENTS = ["session.execution.succeeded", "session.execution.failed", "session.execution.interrupted"]

/**
 * The terminal part of the plugin in OpenCode 2: `/share`, `/unshare` and `/shares`. Returns the clean-up; undefined if
 * this is not OpenCode 2, which calls `setup` only to register.
 */
export function setupTui(context: TuiContextV2, worker: WorkerClient): (() => void) | undefined {
  const { keymap, ui: host, data, client } = context
  const layer = keymap?.layer?.bind(keymap)
  const slot = host?.slot?.bind(host)
  if (!layer || !slot) {
    host?.toast?.show?.({
      variant: "error",
      title: "opencode-bucket",
      message:
        "This version of OpenCode does not let plugins add commands. Share from the command line: opencode-bucket share",
    })
    return undefined
  }
  const folder = context.location?.directory ?? process.cwd()
  /** Sessions of another machine's server: their pages follow as long as this terminal is open. */
  const elsewhere = new Set<string>()
  const readElsewhere = (session: string) => readThroughClient(session, client)
  const commands = sessionCommands({
    ui: sessionUi(context),
    worker,
    folder,
    readElsewhere,
    onSharedElsewhere: (session) => elsewhere.add(session),
  })
  const update = async (event: unknown) => {
    const session = optionalText(fields(fields(event)["data"])["sessionID"])
    if (session === undefined || !elsewhere.has(session)) return
    await worker.run({ job: "update-session", session, folder, record: await readElsewhere(session) })
  }
  const stops = TURN_EVENTS.map((type) => data?.on?.(type, (event) => void update(event).catch(() => {})))

  const command = (id: string, name: string, title: string, description: string, run: () => Promise<void>) => ({
    ...{ id, title, description, group: "Session", bind: false as const, palette: true as const },
    slash: { name },
    run: () => void run(),
  })
  const render = () => {
    // The layer belongs to the component that creates it.
    layer(() => ({
      mode: "global",
      priority: LAYER_PRIORITY,
      commands: [
        command("session.share", "share", "Share session", "Publish this session to your bucket", commands.share),
        command("session.unshare", "unshare", "Unshare session", "Delete this session's share", commands.unshare),
        command("opencode-bucket.shares", "shares", "Shares in your bucket", "Copy, open, unshare", commands.shares),
      ],
    }))
    return null
  }
  const release = slot({ append: "app", render })
  return () => {
    for (const stop of stops) stop?.()
    if (typeof release === "function") release()
  }
}

function sessionUi({ ui, renderer }: TuiContextV2): SessionUi {
  const { dialog, toast, router } = ui ?? {}
  const { confirm, select } = dialog ?? {}
  return {
    toast: (shown) => toast?.show?.(shown),
    confirm:
      confirm &&
      (async ({ title, message, yes }) =>
        (await confirm.call(dialog, { title, message, label: { confirm: yes, cancel: "Cancel" } })) === true),
    select: select && ((title, options) => select.call(dialog, { title, options }) as Promise<never>),
    close: () => dialog?.clear?.(),
    copy: (text) => renderer?.copyToClipboardOSC52?.(text) === true,
    currentSession() {
      const route = router?.current?.()
      return route?.type === "session" ? route.sessionID : undefined
    },
  }
}
