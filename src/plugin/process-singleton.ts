/**
 * A value that exists once per process, created on first use. Module variables do not suffice: OpenCode loads a plugin
 * twice if it is listed twice.
 */
export function processSingleton<T>(name: string, make: () => T): T {
  const registry = globalThis as { [key: symbol]: T | undefined }
  const key = Symbol.for(`opencode-bucket.${name}`)
  registry[key] ??= make()
  return registry[key]
}
