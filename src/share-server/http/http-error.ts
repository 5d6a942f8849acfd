/** A request that is refused, with the status of the response. The message is sent to the client. */
export class HttpError extends Error {
  readonly status: 400 | 401 | 403 | 404 | 408 | 413 | 429 | 503

  constructor(status: HttpError["status"], message: string) {
    super(message)
    this.name = "HttpError"
    this.status = status
  }
}
