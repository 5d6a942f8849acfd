import { storeContract } from "../store/contract.ts"
import { realPlace, serverFromEnvironment } from "../support/s3-places.ts"

storeContract("Ceph RGW", () => realPlace(serverFromEnvironment("CEPH"), { objectLock: true }))
