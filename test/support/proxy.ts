import { createServer, request } from "node:http"
import { type AddressInfo, connect } from "node:net"
import { onTestFinished } from "vitest"

/**
 * A forward proxy on loopback, the only route to some hosts: it forwards requests for them to `origin` and refuses the
 * rest. `asked` lists the requested hosts.
 */
export async function ownProxy(hosts: string[], origin: string) {
  const asked: string[] = []
  const { hostname, port } = new URL(origin)
  const server = createServer((incoming, response) => {
    asked.push(`${incoming.method} ${incoming.url}`)
    const url = URL.canParse(incoming.url ?? "") ? new URL(incoming.url!) : undefined
    if (!url || !hosts.includes(url.hostname)) return void response.writeHead(403).end()
    const { method, headers } = incoming
    const onward = request({ hostname, port, path: url.pathname + url.search, method, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers)
      answer.pipe(response)
    })
    incoming.pipe(onward)
  })
  server.on("connect", (incoming, socket, head) => {
    asked.push(`CONNECT ${incoming.url}`)
    // A refused client may reset the connection.
    socket.on("error", () => {})
    if (!hosts.includes(incoming.url!.split(":")[0]!)) return void socket.end("HTTP/1.1 403 Forbidden\r\n\r\n")
    const onward = connect(Number(port), hostname, () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n")
      onward.write(head)
      onward.pipe(socket).pipe(onward)
    })
    onward.on("error", () => socket.destroy())
    socket.on("error", () => onward.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { asked, host: `127.0.0.1:${(server.address() as AddressInfo).port}` }
}
