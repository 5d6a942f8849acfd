// sum.mjs FAILED [STATUS RESULTS]…
//
// Sums up a run: the number of failed steps that are not tests, then the exit status and vitest's JSON results of each
// test run. Prints the failed tests with their errors, then "N passed, N failed, N skipped". Exits with 0 if there were
// tests and all passed.
import { readFileSync } from "node:fs"
import path from "node:path"

const [failedSteps, ...runs] = process.argv.slice(2)
const sum = { passed: 0, failed: Number(failedSteps), skipped: 0 }
for (let at = 0; at < runs.length; at += 2) {
  const { passed, failed, skipped } = results(runs[at + 1])
  sum.passed += passed
  sum.skipped += skipped
  sum.failed += failed
  if (failed > 0 || runs[at] === "0") continue
  // Errors outside of tests also fail a run.
  console.log(`failed: ${path.parse(runs[at + 1]).name}: ended with ${runs[at]}, though no test failed`)
  sum.failed++
}
console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`)
process.exitCode = sum.passed > 0 && sum.failed === 0 && sum.skipped === 0 ? 0 : 1

function results(file) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
      readFileSync(file, "utf8"),
    )
    const hasFailedTest = ({ assertionResults }) => assertionResults.some(({ status }) => status === "failed")
    for (const { name, message, assertionResults } of testResults) {
      const file = path.relative(process.cwd(), name)
      if (message) console.log(`failed: ${file}: ${shortened(message)}`)
      for (const { status, fullName, failureMessages } of assertionResults)
        if (status === "failed") console.log(`failed: ${file}: ${fullName}: ${shortened(failureMessages[0] ?? "")}`)
    }
    // A file that could not be loaded, or whose hooks failed, failed without a failed test.
    const files = testResults.filter((result) => result.status === "failed" && !hasFailedTest(result)).length
    return { passed: numPassedTests, failed: numFailedTests + files, skipped: numPendingTests + numTodoTests }
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  }
}

function shortened(message) {
  return message.split("\n").slice(0, 3).join(" ").slice(0, 500)
}
