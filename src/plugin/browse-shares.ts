import { ShareError } from "../errors.ts"
import { describeExpiry, describeState } from "../share/describe-share.ts"
import type { ListedShare } from "../share/list.ts"
import type { SessionCommandsOptions } from "./session-commands-options.ts"
import { LONG_TOAST_MS } from "./session-ui.ts"
import { showRemoval } from "./unshare-from-terminal.ts"

/** `/shares`: lists the shares of this user, with actions to copy, open and unshare each. */
export async function browseShares(options: SessionCommandsOptions): Promise<void> {
  const { ui, worker, folder } = options
  if (!ui.select)
    throw new ShareError("bad-usage", "This version of OpenCode has no dialog for a list.", {
      hint: "List your shares from the command line: opencode-bucket list",
    })
  ui.toast({ variant: "info", message: "Loading shares…" })
  const listed = ((await worker.run({ job: "list", folder })) as { shares: ListedShare[] }).shares
  if (listed.length === 0) return ui.toast({ variant: "info", message: "No shares" })
  const choices = listed.reverse().map((share) => ({
    title: share.title || share.id,
    value: share,
    description: factsOf(share),
    footer: share.updated.slice(0, 10),
  }))
  const chosen = await ui.select("Shares", choices)
  if (chosen) await showShare(chosen, options)
}

/** State, place and expiry of a share: `s3://team-shares, expires 2027-03-01 10:00 UTC`. */
const factsOf = (share: ListedShare): string =>
  [describeState(share), share.store, describeExpiry(share.expires, new Date())].filter(Boolean).join(", ")

async function showShare(share: ListedShare, options: SessionCommandsOptions): Promise<void> {
  const { ui, worker, folder } = options
  const { id, url } = share
  ui.toast({ variant: "info", message: "Checking who can open the link…" })
  const { says } = await worker.run({ job: "audience", id, url, folder })
  const action = await ui.select?.(share.title || id, [
    { title: "Copy link", value: "copy", description: url },
    { title: "Open in the browser", value: "open", description: String(says) },
    { title: "Unshare", value: "unshare", description: `Deletes every object of the share: ${factsOf(share)}` },
    { title: "Back", value: "back" },
  ])
  if (action === "back") return browseShares(options)
  if (action === "copy") {
    const isCopied = ui.copy(url)
    ui.close()
    if (isCopied) ui.toast({ variant: "success", message: "Link copied" })
    else ui.toast({ variant: "info", title: "The link", message: url, duration: LONG_TOAST_MS })
  }
  if (action === "open") {
    ui.close()
    await worker.run({ job: "open", url: share.url, folder })
  }
  if (action === "unshare") await removeListed(share, options)
}

async function removeListed(share: ListedShare, options: SessionCommandsOptions): Promise<void> {
  const { ui, worker, folder, unshareListed } = options
  const { id, url } = share
  const message = `Delete every object and version of ${url}?`
  if (!(await ui.confirm?.({ title: "Unshare", message, yes: "Unshare" }))) return browseShares(options)
  ui.toast({ variant: "info", message: "Removing…" })
  if (await unshareListed?.(share)) ui.toast({ variant: "success", message: "Share removed." })
  else {
    const { proven, note } = await worker.run({ job: "unshare", id, folder })
    showRemoval(proven, note, ui)
  }
  await browseShares(options)
}
