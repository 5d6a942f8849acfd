import { existsSync, readFileSync } from "node:fs"
import path from "node:path"

/** Names of the profiles in the AWS configuration and credentials files. */
export function awsProfiles(env: Record<string, string | undefined>, home: string): string[] {
  const files = [
    env["AWS_CONFIG_FILE"] ?? path.join(home, ".aws", "config"),
    env["AWS_SHARED_CREDENTIALS_FILE"] ?? path.join(home, ".aws", "credentials"),
  ]
  const names = files.flatMap((file) => {
    const text = existsSync(file) ? readFileSync(file, "utf8") : ""
    return [...text.matchAll(/^\s*\[(?:profile\s+)?([^\]\s]+)\s*\]/gm)].map(([, name = ""]) => name)
  })
  return [...new Set(names)].filter((name) => name !== "services" && name !== "sso-session")
}
