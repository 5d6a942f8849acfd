import type { SessionCommandsOptions } from "./session-commands-options.ts"
import { currentSession, LONG_TOAST_MS, type SessionUi } from "./session-ui.ts"

/** `/unshare`: removes the share of the session on the screen. Throws what removing throws. */
export async function unshareFromTerminal({ ui, worker, folder }: SessionCommandsOptions): Promise<void> {
  const session = currentSession(ui)
  ui.toast({ variant: "info", message: "Removing…" })
  const { count, proven, note } = await worker.run({ job: "unshare-session", session, folder })
  if (count === 0) ui.toast({ variant: "info", message: "This session is not shared." })
  else showRemoval(proven, note, ui)
}

/** Reports a removal, and whether it was verified. */
export function showRemoval(proven: unknown, note: unknown, ui: SessionUi): void {
  if (proven === false) ui.toast({ variant: "info", message: `Share removed. ${note ?? ""}`, duration: LONG_TOAST_MS })
  else ui.toast({ variant: "success", message: "Share removed and verified." })
}
