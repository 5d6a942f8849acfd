import { loadSharedConfigFiles, type ParsedIniData } from "@smithy/core/config"

/** Source of credentials; never a value. */
export interface CredentialSource {
  kind:
    | "environment"
    | "half-environment"
    | "profile"
    | "missing-profile"
    | "process"
    | "sso"
    | "role"
    | "web-identity"
    | "container"
    | "machine"
  /** For messages: `the profile team in ~/.aws`. */
  text: string
  profile?: string
  /** Profiles that exist, if the named one does not. */
  profiles?: string[]
  /** A second source that is set, too, and not used. */
  unused?: string
}

/**
 * The source that the SDK's credential chain uses: a named profile, the environment, the default profile, a web identity
 * token, the container, the machine. Reads the configuration files anew.
 * @param named the profile of the settings; it takes precedence over `AWS_PROFILE`
 */
export async function credentialSource(named: string | undefined, env: NodeJS.ProcessEnv): Promise<CredentialSource> {
  const { configFile, credentialsFile } = await loadSharedConfigFiles({ ignoreCache: true })
  const sections = mergedProfiles(configFile, credentialsFile)
  const profile = named || env["AWS_PROFILE"]
  const [keyId, secret] = [env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"]]
  if (profile) {
    const unused = keyId && secret ? "AWS_ACCESS_KEY_ID" : undefined
    const known = sections[profile]
    const found = known ? profileSource(profile, known) : missingProfile(profile, Object.keys(sections))
    return { ...(found ?? staticProfile(profile)), ...(unused && { unused }) }
  }
  if (keyId && secret) return { kind: "environment", text: "the environment (AWS_ACCESS_KEY_ID)" }
  const byDefault = profileSource("default", sections["default"] ?? {})
  if (byDefault) return byDefault
  if (env["AWS_WEB_IDENTITY_TOKEN_FILE"] && env["AWS_ROLE_ARN"])
    return { kind: "web-identity", text: "a web identity token (AWS_WEB_IDENTITY_TOKEN_FILE)" }
  if (env["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] || env["AWS_CONTAINER_CREDENTIALS_FULL_URI"])
    return { kind: "container", text: "the container's credential service" }
  if (keyId || secret) return { kind: "half-environment", text: "the environment" }
  return { kind: "machine", text: "the machine's role (instance metadata)" }
}

type Section = ParsedIniData[string]

function mergedProfiles(config: ParsedIniData, credentials: ParsedIniData): ParsedIniData {
  const profiles = Object.entries(config).filter(([name]) => !/^(?:services|sso-session)\./.test(name))
  const merged: ParsedIniData = Object.fromEntries(profiles)
  for (const [name, section] of Object.entries(credentials)) merged[name] = { ...merged[name], ...section }
  return merged
}

/** In the order in which the SDK tries them. */
function profileSource(profile: string, section: Section): CredentialSource | undefined {
  const has = (name: string) => section[name] !== undefined
  if (has("role_arn") && has("web_identity_token_file"))
    return { kind: "web-identity", text: `a web identity token, profile ${profile}`, profile }
  if (has("role_arn")) return { kind: "role", text: `the role that profile ${profile} names`, profile }
  if (has("aws_access_key_id") && has("aws_secret_access_key")) return staticProfile(profile)
  if (has("credential_process")) return { kind: "process", text: `the program that profile ${profile} names`, profile }
  if (has("sso_session") || has("sso_start_url"))
    return { kind: "sso", text: `single sign-on (SSO), profile ${profile}`, profile }
  return undefined
}

const staticProfile = (profile: string): CredentialSource => ({
  kind: "profile",
  text: `the profile ${profile} in ~/.aws`,
  profile,
})

const missingProfile = (profile: string, profiles: string[]): CredentialSource => ({
  kind: "missing-profile",
  text: `the profile ${profile}`,
  profile,
  profiles,
})
