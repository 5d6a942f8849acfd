import { hasSecretOutput, secretLines } from "./notations/outputs.ts"

/** A field that a command wrote, and the secret in it. */
export interface OutputSecret {
  kind: string
  /** The complete field. */
  text: string
  value: string
}

/** Finds the outputs of a message's tool calls that are nothing but a secret, as their command tells. */
export function findOutputSecrets(message: unknown): OutputSecret[] {
  const { parts } = (message ?? {}) as { parts?: unknown }
  if (!Array.isArray(parts)) return []
  return parts.flatMap((part) => {
    const { state } = (part ?? {}) as { state?: { input?: { command?: unknown } | null; output?: unknown } | null }
    const [command, output] = [state?.input?.command, state?.output]
    if (typeof command !== "string" || typeof output !== "string" || !hasSecretOutput(command)) return []
    return secretLines(output, 0).map(({ kind, start, end }) => ({
      kind,
      text: output,
      value: output.slice(start, end),
    }))
  })
}
