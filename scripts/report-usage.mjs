// For `node --import`: at the end, writes what the process has used to the file that USAGE_FILE names.
import { writeFileSync } from "node:fs"
import { performance } from "node:perf_hooks"

process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  // Milliseconds in which there was nothing to do but to wait.
  const { idle } = performance.eventLoopUtilization()
  // Microseconds and kilobytes, whatever the system.
  const used = { cpu: (userCPUTime + systemCPUTime) / 1e6, memory: maxRSS * 1024, idle }
  writeFileSync(process.env.USAGE_FILE, JSON.stringify(used))
})
