import { fileURLToPath } from "node:url"
import { hasOwnSharing } from "../session/opencode-cli.ts"
import type { ListedShare } from "../share/list.ts"
import { sessionCommands } from "./session-commands.ts"
import type { SessionUi } from "./session-ui.ts"
import type { TuiApi } from "./tui-api.ts"
import { setupTui } from "./v2/tui.ts"
import type { TuiContextV2 } from "./v2/tui-context.ts"
import { workerClient } from "./worker-client.ts"

const startWorkerClient = () => workerClient(fileURLToPath(new URL("./worker.js", import.meta.url)))

/**
 * The plugin's terminal UI in OpenCode 1: `/shares` lists all shares of this user, including those of deleted sessions,
 * with actions to copy, open and unshare. From 1.19.1 on, where OpenCode has no sharing of its own, `/share` and
 * `/unshare` as well. Never calls the model.
 */
async function tui(api: TuiApi): Promise<void> {
  const folder = api.state.path.directory
  const commands = sessionCommands({
    ui: sessionUi(api),
    worker: startWorkerClient(),
    folder,
    unshareListed: (share) => unshareThroughOpencode(share, api),
  })
  const command = (name: string, slashName: string, title: string, desc: string, run: () => Promise<void>) => ({
    ...{ name, title, desc, category: "Session", namespace: "palette", slashName },
    run: () => void run(),
  })
  api.keymap.registerLayer({
    commands: [
      ...(hasOwnSharing(api.app?.version ?? "")
        ? []
        : [
            command("opencode-bucket.share", "share", "Share session", "Publish to your bucket", commands.share),
            command("opencode-bucket.unshare", "unshare", "Unshare session", "Delete the share", commands.unshare),
          ]),
      command(
        "opencode-bucket.shares",
        "shares",
        "Shares in your bucket",
        "List your shares: copy, open, unshare",
        commands.shares,
      ),
    ],
  })
}

/** OpenCode stores the link of a session that it shared, and drops it only through its own unshare. */
async function unshareThroughOpencode({ session, url }: ListedShare, api: TuiApi): Promise<boolean> {
  if (api.state.session.get(session)?.share?.url !== url) return false
  // The plugin itself notifies if the removal could not be verified.
  await api.client.session.unshare({ sessionID: session }, { throwOnError: true })
  return true
}

function sessionUi({ ui, renderer, route }: TuiApi): SessionUi {
  return {
    toast: (toast) => ui.toast(toast),
    confirm: ({ title, message }) =>
      new Promise((resolve) => {
        ui.dialog.replace(() =>
          ui.DialogConfirm({
            title,
            message,
            onConfirm() {
              resolve(true)
              ui.dialog.clear()
            },
            onCancel: () => resolve(false),
          }),
        )
      }),
    select: (title, choices) =>
      new Promise((resolve) => {
        const options = choices.map((choice) => ({ ...choice, onSelect: () => resolve(choice.value) }))
        ui.dialog.replace(
          () => ui.DialogSelect({ title, options }),
          () => resolve(undefined),
        )
      }),
    close: () => ui.dialog.clear(),
    copy: (text) => renderer.copyToClipboardOSC52(text) === true,
    currentSession() {
      const { name, params } = route?.current ?? { name: "" }
      return name === "session" && typeof params?.["sessionID"] === "string" ? params["sessionID"] : undefined
    },
  }
}

/** OpenCode 2's entry. */
const setup = (context: TuiContextV2) => setupTui(context, startWorkerClient())

export default { id: "opencode-bucket", tui, setup }
