import { fileURLToPath } from "node:url"
import { ShareError } from "../errors.ts"
import type { ListedShare } from "../share/list.ts"
import { escaping, type SelectOption, type TuiApi } from "./tui-api.ts"
import { workerClient } from "./worker-client.ts"

/**
 * The plugin's terminal UI: `/shares` lists all shares of this user, including those of deleted sessions, with actions
 * to copy, open and unshare. Never calls the model.
 */
async function tui(api: TuiApi): Promise<void> {
  const publisher = workerClient(fileURLToPath(new URL("./worker.js", import.meta.url)))
  const folder = api.state.path.directory
  const ui = escaping(api.ui)

  async function showShares(): Promise<void> {
    select("Shares", [{ title: "Loading shares…", value: undefined }])
    const { shares } = (await publisher.run({ job: "list", folder })) as { shares: ListedShare[] }
    if (shares.length === 0)
      return select("Shares", [{ title: "No shares", value: undefined, onSelect: () => ui.dialog.clear() }])
    select(
      "Shares",
      shares.reverse().map((share) => ({
        title: share.title || share.id,
        value: share,
        description: share.state === "shared" ? share.store : `${share.state}, ${share.store}`,
        footer: share.updated.slice(0, 10),
        onSelect: () => showShare(share),
      })),
    )
  }

  function showShare(share: ListedShare): void {
    select(share.title || share.id, [
      { title: "Copy link", value: "copy", description: share.url, onSelect: attempt(() => copy(share)) },
      { title: "Open in the browser", value: "open", onSelect: attempt(() => open(share)) },
      {
        title: "Unshare",
        value: "unshare",
        description: "Deletes every object of the share",
        onSelect: () => ask(share),
      },
      { title: "Back", value: "back", onSelect: attempt(showShares) },
    ])
  }

  async function copy({ url }: ListedShare): Promise<void> {
    api.renderer.copyToClipboardOSC52(url)
    ui.dialog.clear()
    ui.toast({ variant: "success", message: "Link copied" })
  }

  async function open({ url }: ListedShare): Promise<void> {
    ui.dialog.clear()
    await publisher.run({ job: "open", url, folder })
  }

  function ask(share: ListedShare): void {
    ui.dialog.replace(() =>
      ui.DialogConfirm({
        title: "Unshare",
        message: `Delete every object and version of ${share.url}?`,
        onConfirm: attempt(() => unshare(share)),
        onCancel: attempt(showShares),
      }),
    )
  }

  async function unshare({ id, session, url }: ListedShare): Promise<void> {
    ui.toast({ variant: "info", message: "Removing…" })
    // OpenCode stores the link of a session it shared, and drops it only through its own unshare.
    const shared = api.state.session.get(session)?.share?.url === url
    // The plugin itself notifies if the removal could not be verified.
    if (shared) {
      await api.client.session.unshare({ sessionID: session }, { throwOnError: true })
      ui.toast({ variant: "success", message: "Share removed." })
    } else {
      const { proven, note } = await publisher.run({ job: "unshare", id, folder })
      if (proven === false) ui.toast({ variant: "info", message: `Share removed. ${note ?? ""}`, duration: 10_000 })
      else ui.toast({ variant: "success", message: "Share removed and verified." })
    }
    await showShares()
  }

  function select(title: string, options: SelectOption[]): void {
    ui.dialog.replace(() => ui.DialogSelect({ title, options }))
  }

  /** Runs an action and shows its error, if any. */
  const attempt = (work: () => Promise<void>) => () => {
    work().catch((error: unknown) => {
      const hint = error instanceof ShareError && error.hint ? ` ${error.hint}` : ""
      ui.toast({
        variant: "error",
        title: "opencode-bucket",
        message: `${(error as Error).message}${hint}`,
        duration: 10_000,
      })
    })
  }

  api.keymap.registerLayer({
    commands: [
      {
        name: "opencode-bucket.shares",
        title: "Shares in your bucket",
        desc: "List your shares: copy, open, unshare",
        category: "Session",
        namespace: "palette",
        slashName: "shares",
        run: attempt(showShares),
      },
    ],
  })
}

export default { id: "opencode-bucket", tui }
