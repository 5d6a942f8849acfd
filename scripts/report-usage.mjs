// For `node --import`: at the end, writes what the process has used to the file that USAGE_FILE names.
import { writeFileSync } from "node:fs"

process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  // Microseconds and kilobytes, whatever the system.
  writeFileSync(
    process.env.USAGE_FILE,
    JSON.stringify({ cpu: (userCPUTime + systemCPUTime) / 1e6, memory: maxRSS * 1024 }),
  )
})
