/**
 * What there is once in a process, made when it is first asked for. A module's own variables would not do: OpenCode loads
 * a plugin twice that is named twice.
 */
export function processSingleton<T>(name: string, make: () => T): T {
  const registry = globalThis as { [key: symbol]: T | undefined }
  const key = Symbol.for(`opencode-bucket.${name}`)
  registry[key] ??= make()
  return registry[key]
}
