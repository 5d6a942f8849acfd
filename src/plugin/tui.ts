import { fileURLToPath } from "node:url"
import { ShareError } from "../errors.ts"
import type { ListedShare } from "../share/list.ts"
import { escaping, type SelectOption, type TuiApi } from "./tui-api.ts"
import { workerClient } from "./worker-client.ts"

/**
 * The part of the plugin that has a place in OpenCode's terminal: `/shares` lists every share of this user, also those
 * whose session is gone, each to copy, open and unshare. It never calls the model.
 */
async function tui(api: TuiApi): Promise<void> {
  const publisher = workerClient(fileURLToPath(new URL("./worker.js", import.meta.url)))
  const folder = api.state.path.directory
  const ui = escaping(api.ui)

  async function showShares(): Promise<void> {
    select("Shares", [{ title: "Asking for them…", value: undefined }])
    const { shares } = (await publisher.run({ job: "list", folder })) as { shares: ListedShare[] }
    if (shares.length === 0)
      return select("Shares", [{ title: "Nothing is shared", value: undefined, onSelect: () => ui.dialog.clear() }])
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
      { title: "Unshare", value: "unshare", description: "Removes every byte of it", onSelect: () => ask(share) },
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
        message: `Remove ${share.url}, every byte and version of it?`,
        onConfirm: attempt(() => unshare(share)),
        onCancel: attempt(showShares),
      }),
    )
  }

  async function unshare({ id, session, url }: ListedShare): Promise<void> {
    ui.toast({ variant: "info", message: "Removing…" })
    // OpenCode knows the link of a session that it shared itself, and forgets it only when it is asked to.
    const shared = api.state.session.get(session)?.share?.url === url
    // What is not proven then, the plugin says itself.
    if (shared) {
      await api.client.session.unshare({ sessionID: session }, { throwOnError: true })
      ui.toast({ variant: "success", message: "Deleted." })
    } else {
      const { proven, note } = await publisher.run({ job: "unshare", id, folder })
      if (proven === false) ui.toast({ variant: "info", message: `Deleted. ${note ?? ""}`, duration: 10_000 })
      else ui.toast({ variant: "success", message: "Gone, and proven to be." })
    }
    await showShares()
  }

  function select(title: string, options: SelectOption[]): void {
    ui.dialog.replace(() => ui.DialogSelect({ title, options }))
  }

  /** Does it; says so where it fails. */
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
        desc: "Every share of yours: copy, open, unshare",
        category: "Session",
        namespace: "palette",
        slashName: "shares",
        run: attempt(showShares),
      },
    ],
  })
}

export default { id: "opencode-bucket", tui }
