import type { ListedShare } from "../share/list.ts"
import type { SessionUi } from "./session-ui.ts"
import type { WorkerClient } from "./worker-client.ts"

export interface SessionCommandsOptions {
  ui: SessionUi
  worker: WorkerClient
  folder: string
  /** Reads a session that this machine's database does not have, as JSON: the terminal may show another machine's. */
  readElsewhere?: (session: string) => Promise<string>
  /** Removes a share from the list; default: through the worker. Resolves to false if the worker shall do it. */
  unshareListed?: (share: ListedShare) => Promise<boolean>
  /** Called with a session that was read elsewhere and is shared now. */
  onSharedElsewhere?: (session: string) => void
}
