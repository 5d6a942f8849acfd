import { isShareId } from "../../share/share-id.ts"
import { isEmail } from "../shares/tokens.ts"
import type { AdminAction, AdminTarget } from "./admin-action.ts"

/** Reads an action from the fields of a form; undefined if they are none. */
export function parseAction(field: (name: string) => unknown): AdminAction | undefined {
  const target = parseTarget(field)
  const [revoke, unshare] = [field("revoke") === "true", field("unshare") === "true"]
  if (!target || !(revoke || unshare)) return undefined
  // A share has no token of its own to revoke.
  return target.kind === "share" && revoke ? undefined : { target, revoke, unshare }
}

function parseTarget(field: (name: string) => unknown): AdminTarget | undefined {
  const text = (name: string) => {
    const value = field(name)
    return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined
  }
  const [id, name, email] = [text("id"), text("name"), text("email")?.toLowerCase()]
  switch (field("kind")) {
    case "share":
      return id !== undefined && isShareId(id) ? { kind: "share", id } : undefined
    case "token":
      return name === undefined ? undefined : { kind: "token", name }
    case "owner":
      return email === undefined || !isEmail(email) ? undefined : { kind: "owner", email }
  }
  return undefined
}
