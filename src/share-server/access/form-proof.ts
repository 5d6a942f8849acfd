import type { TokenCipher } from "./encrypted-token.ts"

const PROOF_SECONDS = 3600

/**
 * Proofs that a form was requested on this server's own page, against forged requests from other sites (CSRF). A proof is
 * bound to the reader and to what the form does.
 */
export function formProofs(cipher: TokenCipher, purpose: string) {
  return {
    issue: (person: string | undefined, subject: string): Promise<string> =>
      cipher.encrypt(purpose, { person, subject }, PROOF_SECONDS),
    /** Whether a form's `proof` was issued to this reader for this subject. */
    async isValid(proof: unknown, person: string | undefined, subject: string): Promise<boolean> {
      const claims = typeof proof === "string" ? await cipher.decrypt(purpose, proof) : undefined
      return person !== undefined && claims?.["person"] === person && claims["subject"] === subject
    },
  }
}
