// For `node --import`: on exit, writes the resource usage of the process to the file named by USAGE_FILE.
import { writeFileSync } from "node:fs"
import { performance } from "node:perf_hooks"

process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  // Milliseconds that the event loop was idle.
  const { idle } = performance.eventLoopUtilization()
  // Microseconds and kilobytes on all systems.
  const used = { cpu: (userCPUTime + systemCPUTime) / 1e6, memory: maxRSS * 1024, idle }
  writeFileSync(process.env.USAGE_FILE, JSON.stringify(used))
})
