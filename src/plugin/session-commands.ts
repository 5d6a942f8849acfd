import { ShareError } from "../errors.ts"
import { browseShares } from "./browse-shares.ts"
import type { SessionCommandsOptions } from "./session-commands-options.ts"
import { escapingUi, LONG_TOAST_MS } from "./session-ui.ts"
import { shareFromTerminal } from "./share-from-terminal.ts"
import { unshareFromTerminal } from "./unshare-from-terminal.ts"

/** The commands `/share`, `/unshare` and `/shares`. Each shows its own errors and never rejects. */
export interface SessionCommands {
  share(): Promise<void>
  unshare(): Promise<void>
  shares(): Promise<void>
}

export function sessionCommands(given: SessionCommandsOptions): SessionCommands {
  const ui = escapingUi(given.ui)
  const options = { ...given, ui }

  const shown = (failure: string, work: () => Promise<void>) => () =>
    work().catch((error: unknown) => {
      const { message } = error as Error
      const hint = error instanceof ShareError && error.hint ? ` ${error.hint}` : ""
      ui.toast({ variant: "error", title: failure, message: `${message}${hint}`, duration: LONG_TOAST_MS })
    })

  return {
    share: shown("The session was not shared", () => shareFromTerminal(options)),
    unshare: shown("The share was not removed", () => unshareFromTerminal(options)),
    shares: shown("opencode-bucket", () => browseShares(options)),
  }
}
