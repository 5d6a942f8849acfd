import net from "node:net"
import { expect, test, vi } from "vitest"
import plugin from "../../src/plugin/index.ts"
import { temporaryFolder } from "../support/world.ts"

test("without a free port, OpenCode gets an unreachable address and the user the reason", async () => {
  vi.spyOn(net.Server.prototype, "listen").mockImplementation(function (this: net.Server) {
    queueMicrotask(() => this.emit("error", Object.assign(new Error("listen EACCES"), { code: "EACCES" })))
    return this
  })
  const said: object[] = []
  const client = {
    session: {},
    tui: { showToast: async ({ body }: { body: object }) => void said.push(body) },
    app: { log: async () => {} },
  }
  const hooks = await plugin.server({ client: client as never, directory: temporaryFolder() })
  const config: { enterprise?: { url?: string } } = {}
  await hooks.config(config)
  expect(config.enterprise?.url).toMatch(/^http:\/\/127\.0\.0\.1:9\//)
  await vi.waitFor(() => expect(said).toMatchObject([{ title: "Sharing is unavailable", message: "listen EACCES" }]))
  await hooks.event({ event: { type: "session.idle" } as never })
  await hooks.dispose()
})
