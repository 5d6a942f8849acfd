import { openInBrowser } from "../lib/system-program.ts"
import { info, type Terminal } from "./terminal.ts"

/** Opens a link in the user's browser, or says that there is none. */
export async function openLink(link: string, quiet: boolean | undefined, terminal: Terminal): Promise<void> {
  if (!(await openInBrowser(link, terminal)))
    info(terminal, quiet, "No browser could be started. Open the link yourself.")
}
