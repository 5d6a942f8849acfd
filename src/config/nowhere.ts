/**
 * An address of OpenCode's `enterprise.url` at which nobody answers. OpenCode sends what it shares to its public service
 * where none is set, so this one stands there for when it cannot load the plugin; the plugin puts its own in its place.
 */
export const NOWHERE = "http://127.0.0.1:9/opencode-bucket-is-not-there"
