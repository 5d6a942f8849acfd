import { fromIni } from "@aws-sdk/credential-provider-ini"
import { defaultProvider } from "@aws-sdk/credential-provider-node"
import { type CredentialSource, credentialSource } from "./credential-source.ts"

/** Credentials could not be obtained from their source. `cause` is the SDK's error. */
export class CredentialsUnavailableError extends Error {
  readonly source: CredentialSource
  constructor(source: CredentialSource, cause: unknown) {
    super(`No credentials from ${source.text}`, { cause })
    this.source = source
  }
}

/** State of the credentials of a client. */
export interface KnownCredentials {
  /** Undefined until they are first needed. */
  source: CredentialSource | undefined
  /** The service rejected them last. */
  isRejected?: boolean
}

/** Suppresses the SDK's warnings: it would print them by itself, also with `--quiet` and `--json`. */
export class SilentLogger {
  trace() {}
  debug() {}
  info() {}
  warn() {}
  error() {}
}

type Chain = ReturnType<typeof defaultProvider>

/**
 * The SDK's credential chain. Each call reads files, environment and services anew; the client caches the result until it
 * expires, or until `renewCredentials` asks for it again. Records the source in `known`. Throws
 * `CredentialsUnavailableError`.
 */
export function credentialProvider(profile: string | undefined, known: KnownCredentials): Chain {
  return async (options?: Parameters<Chain>[0] & { callerClientConfig?: object }) => {
    const source = await credentialSource(profile, process.env)
    known.source = source
    try {
      const init = {
        ...(source.profile !== undefined && { profile: source.profile }),
        ignoreCache: true,
        logger: new SilentLogger(),
        // STS and SSO are asked through the same proxy and in the same region.
        parentClientConfig: options?.callerClientConfig ?? {},
      }
      // The chain goes on after a profile that fails, and reports its last attempt only.
      const provider = source.profile === undefined ? defaultProvider(init) : fromIni(init)
      const identity = await provider(options)
      const { accessKeyId, secretAccessKey, sessionToken = "" } = identity
      if (/[\s\p{Cc}]/u.test(accessKeyId + secretAccessKey + sessionToken)) throw new MalformedCredentialsError()
      return identity
    } catch (cause) {
      throw new CredentialsUnavailableError(source, cause)
    }
  }
}

/** Keys never contain a line break or a space, but are often pasted with one. */
export class MalformedCredentialsError extends Error {}
