import { expect, test } from "vitest"
import { emailOf, hasTooManyGroups, matchesRules } from "../../../src/share-server/access/access-rules.ts"
import { mergeClaims } from "../../../src/share-server/access/id-claims.ts"

test.each([
  [{ email: "a@x.example", email_verified: true }, { email: "b@x.example", email_verified: true }, "a@x.example"],
  [{ email: "a@x.example" }, { email: "b@x.example", email_verified: true }, "b@x.example"],
  [{ email: "a@x.example" }, { email_verified: true }, undefined],
  [{ email_verified: true }, { email: "b@x.example" }, undefined],
  [{}, { email: "b@x.example", email_verified: true }, "b@x.example"],
  [{ email: "a@x.example", email_verified: false }, { email: "a@x.example", email_verified: true }, undefined],
  [{ email: "a@x.example" }, {}, undefined],
])("address and verification of %j and %j come from one source", (idToken, userinfo, expected) => {
  expect(emailOf(mergeClaims({ sub: "dana", ...idToken }, userinfo), {})).toBe(expected)
})

test.each([
  ["realm_access.roles", { realm_access: { roles: ["reader"] } }, true],
  ["resource_access.shares.roles", { resource_access: { shares: { roles: ["reader"] } } }, true],
  ["realm_access.roles", { "realm_access.roles": ["reader"] }, true],
  ["https://corp.example/roles", { "https://corp.example/roles": "reader" }, true],
  ["realm_access.roles", { realm_access: { roles: ["other"] } }, false],
  ["realm_access.roles", { realm_access: "reader" }, false],
  ["constructor.name", {}, false],
  ["roles.0", { roles: ["reader"] }, true],
  ["roles.length", { roles: ["reader"] }, false],
])("the claim %s in %j", (name, claims, expected) => {
  expect(matchesRules(claims, { claims: { [name]: ["reader"] } })).toBe(expected)
})

test("groups that Entra ID omits are detected if a rule needs them", () => {
  const rules = { claims: { groups: ["a"] } }
  expect(hasTooManyGroups({ _claim_names: { groups: "src1" } }, rules)).toBe(true)
  expect(hasTooManyGroups({ hasgroups: true }, rules)).toBe(true)
  expect(hasTooManyGroups({ groups: ["b"] }, rules)).toBe(false)
  expect(hasTooManyGroups({ _claim_names: { groups: "src1" } }, { domains: ["corp.example"] })).toBe(false)
})
