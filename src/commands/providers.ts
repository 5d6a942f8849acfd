/** An S3 service that `init` knows: what it needs besides the bucket's name. */
export interface Provider {
  id: string
  label: string
  /** Value from which the endpoint follows, such as an account id; absent for AWS. */
  endpoint?: {
    question: string
    placeholder: string
    /** Returns the endpoint's URL, or undefined for an answer that is none. */
    from: (answer: string) => string | undefined
    /** The region that belongs to this answer, if the service requires a certain one. */
    region?: (answer: string) => string
  }
  /** Why a public URL is needed; absent if links work without one. */
  publicUrl?: string
}

const url = (answer: string) =>
  /^https?:\/\//i.test(answer) && URL.canParse(answer) ? answer.replace(/\/+$/, "") : undefined
const ownUrl = (placeholder: string) => ({ question: "URL of the S3 service", placeholder, from: url })

export const providers: readonly Provider[] = [
  { id: "aws", label: "AWS S3" },
  { id: "minio", label: "MinIO", endpoint: ownUrl("https://minio.corp.example") },
  { id: "ceph", label: "Ceph", endpoint: ownUrl("https://s3.corp.example") },
  {
    id: "r2",
    label: "Cloudflare R2",
    endpoint: {
      question: "Account id, or the S3 API URL of R2",
      placeholder: "https://<account id>.r2.cloudflarestorage.com",
      from: (answer) =>
        /^[0-9a-f]{32}$/i.test(answer) ? `https://${answer}.r2.cloudflarestorage.com` : originOf(answer),
      region: () => "auto",
    },
    publicUrl: "custom domain or r2.dev address of the bucket; R2 serves no page without one",
  },
  {
    id: "b2",
    label: "Backblaze B2",
    endpoint: {
      question: "Region or S3 endpoint of the bucket",
      placeholder: "us-west-004",
      from: (answer) =>
        /^[a-z]+-[a-z]+-\d+$/.test(answer) ? `https://s3.${answer}.backblazeb2.com` : originOf(answer),
      region: (answer) => /[a-z]+-[a-z]+-\d+/.exec(answer)?.[0] ?? "us-west-004",
    },
  },
  {
    id: "garage",
    label: "Garage",
    endpoint: { ...ownUrl("https://garage.corp.example"), region: () => "garage" },
    publicUrl: "address of the bucket's website; Garage serves public pages only there",
  },
  { id: "other", label: "Another S3 service", endpoint: ownUrl("https://s3.example.com") },
]

/** The service's own URL: consoles show it with the bucket's name as its path. */
const originOf = (answer: string): string | undefined => {
  const address = url(/^https?:/i.test(answer) ? answer : `https://${answer}`)
  return address !== undefined && answer.includes(".") ? new URL(address).origin : undefined
}
