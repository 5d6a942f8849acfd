import { Server } from "node:net"

/** Unit tests start no server: the tests that need one are named `*.network.test.ts`. */
Server.prototype.listen = () => {
  throw new Error("A unit test starts a server. Name its file *.network.test.ts, or use a store in memory.")
}
