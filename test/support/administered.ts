import { randomBytes } from "node:crypto"
import { FORMAT, writeManifest } from "../../src/share/manifest.ts"
import { proxyAccess } from "../../src/share-server/access/proxy-access.ts"
import { writeOwner } from "../../src/share-server/shares/ownership.ts"
import { createToken, listTokens } from "../../src/share-server/shares/tokens.ts"
import type { ObjectStore } from "../../src/store/object-store.ts"
import { type OwnInstance, type OwnServer, ownServer, post, recordedItems, serverOver } from "./own-server.ts"

const PROXY = "10.0.0.5"
const now = new Date("2026-11-30T12:00:00Z")

/** Readers and two administrators, whom a proxy names. */
export const adminAccess = proxyAccess(
  { header: "x-email", proxies: [PROXY], admins: ["admin@corp.example", "root@corp.example"] },
  (context) => (context.env as { incoming?: { socket: { remoteAddress: string } } }).incoming?.socket.remoteAddress,
)

/** What somebody does in a browser. */
export const asPerson =
  ({ ask }: Pick<OwnInstance, "ask">) =>
  (email: string) => {
    const headers = { "x-email": email }
    const get = (path: string) => ask(path, { headers, from: PROXY })
    const send = (fields: Record<string, string>, path = "/admin/confirm") =>
      ask(path, { method: "POST", body: new URLSearchParams(fields), headers, from: PROXY })
    const page = async (path: string) => (await get(path)).text()
    const confirm = async (action: Record<string, string>) => {
      const asked = await page(`/admin/confirm?${new URLSearchParams(action)}`)
      return { asked, proof: /name="proof" value="([^"]+)"/.exec(asked)?.[1] ?? "" }
    }
    const act = async (action: Record<string, string>) => {
      const { asked, proof } = await confirm(action)
      return { asked, done: await (await send({ ...action, proof })).text() }
    }
    return { get, send, page, confirm, act }
  }

/**
 * A server with two shares of dana, by two tokens, and one of eve.
 * @param store default: an S3 server of the test's own
 */
export async function company(store?: ObjectStore) {
  const options = { access: adminAccess }
  const server = store ? await serverOver(store, options) : await ownServer({}, options)
  const token = (name: string, owner: string) => createToken(server.store, { name, owner, now })
  const tokens = {
    dana: await token("dana laptop", "dana@corp.example"),
    dana2: await token("dana desktop", "Dana@Corp.example"),
    eve: await token("eve", "eve@corp.example"),
  }
  const share = async (token: string, session: string, title: string) => {
    const { items } = recordedItems("questions")
    const made = await server.ask(`/${token}/api/share`, post({ sessionID: session }))
    const { id, secret } = (await made.json()) as { id: string; secret: string }
    const data = items.map((item) =>
      item.type === "session" ? { ...item, data: { ...item.data, id: session, title } } : item,
    )
    await server.ask(`/${token}/api/share/${id}/sync`, post({ secret, data }))
    await server.publish(id)
    return id
  }
  const ids = {
    dana: await share(tokens.dana, "ses_1", "Totals off by a cent"),
    dana2: await share(tokens.dana2, "ses_2", "Flaky test"),
    eve: await share(tokens.eve, "ses_3", "Some questions"),
  }
  await server.inventory.beginScan().end()
  const status = async (id: string, { ask }: Pick<OwnServer, "ask"> = server) =>
    (await ask(`/s/${id}/`, { headers: { "x-email": "reader@corp.example" }, from: PROXY })).status
  return { ...server, as: asPerson(server), tokens, ids, share: { status } }
}

/** A server whose inventory lists some shares that nobody has published. */
export async function administered({ title = "Title", directory = "", count = 1 } = {}) {
  const server = await ownServer({}, { access: adminAccess })
  const [token] = await listTokens(server.store)
  const ids = Array.from({ length: count }, () => `a${randomBytes(15).toString("base64url")}`)
  await Promise.all(
    ids.map(async (id, n) => {
      const at = now.toISOString()
      const about = {
        format: FORMAT,
        id,
        session: `ses_${n}`,
        title: count === 1 ? title : `${title} ${n}`,
        project: directory,
      }
      const time = { created: at, updated: at }
      await writeManifest(server.store, { ...about, ...time, state: "published", generator: "1", objects: {} })
      await writeOwner(server.store, id, { session: about.session, token: token!, secret: "s", now })
      server.inventory.change(id)
    }),
  )
  return { ...server, ids, as: asPerson(server) }
}
