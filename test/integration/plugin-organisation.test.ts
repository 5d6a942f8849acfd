import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import path from "node:path"
import { DatabaseSync } from "node:sqlite"
import { expect, test } from "vitest"
import { pluggedClient, until } from "../support/opencode-plugin.ts"

test("a user signed in to an organisation is told once that OpenCode bypasses the plugin", async () => {
  const account = createServer((request, response) => {
    response.setHeader("content-type", "application/json")
    response.end(request.url === "/api/orgs" ? JSON.stringify([{ id: "org_1", name: "Acme" }]) : "{}")
  })
  await new Promise<void>((resolve) => account.listen(0, "127.0.0.1", resolve))
  const url = `http://127.0.0.1:${(account.address() as AddressInfo).port}`
  const opencode = await pluggedClient()
  try {
    // The database is made by the first run.
    await opencode.client.run(opencode.project, "session", "list")
    const database = new DatabaseSync(path.join(opencode.home, ".local", "share", "opencode", "opencode.db"))
    database.exec(`INSERT INTO account VALUES ('acc_1', 'dana@example.com', '${url}', 'a', 'r', ${Date.now() + 1e9}, 1, 1);
      INSERT INTO account_state VALUES (1, 'acc_1', 'org_1')
        ON CONFLICT (id) DO UPDATE SET active_account_id = 'acc_1', active_org_id = 'org_1'`)
    database.close()
    const server = await opencode.serve()
    const events = await server.listen()
    await until(events.said, (said) => said.includes("signed in to the organisation Acme"))
    await server.ask("GET", "/config")
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    expect(events.said().split("signed in to the organisation")).toHaveLength(2)
    events.close()
    await server.close()
  } finally {
    account.closeAllConnections()
    account.close()
    await opencode.close()
  }
})
