import { storeContract } from "../store/contract.ts"
import { realPlace, serverFromEnvironment } from "../support/s3-places.ts"

storeContract("Swift s3api", () => realPlace(serverFromEnvironment("SWIFT"), { objectLock: false }), {
  protectable: "Swift's S3 interface has neither object lock nor bucket policies",
  tellsHidden: "its answer to DeleteObjects does not mention the marker; its listing does",
})
