/** A body that can be sent again: bytes, or a stream of known length that is opened anew for each try. */
export type RequestBody = Uint8Array | StreamedBody;

/** A body that never lies in memory as a whole. */
export interface StreamedBody {
  /** Bytes that {@link StreamedBody.open} yields. */
  readonly length: number;
  readonly open: () => AsyncIterable<Uint8Array>;
}

/** One request, once. */
export interface HttpRequest {
  readonly method: 'DELETE' | 'GET' | 'PATCH' | 'POST' | 'PUT';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: RequestBody;
}

/** What a server answered, whatever the status. */
export interface HttpAnswer {
  readonly status: number;
  /** Reason phrase, possibly empty. */
  readonly statusText: string;
  /** Names in lower case; several values of one name are joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a job is told about the server's TLS, as PEM (`CI_SERVER_TLS_CA_FILE`, `…_CERT_FILE`, `…_KEY_FILE`). */
export interface ServerTls {
  readonly ca?: string;
  readonly certificate?: string;
  readonly key?: string;
}

/** Carries requests to one GitLab server and answers back; knows nothing of what they mean. */
export interface Transport {
  /**
   * Sends a request and reads its whole answer.
   * @throws RunnerError `MILLRACE_E_GITLAB_UNREACHABLE`, `MILLRACE_E_GITLAB_TIMEOUT`, `MILLRACE_E_GITLAB_BAD_ANSWER`,
   * `MILLRACE_E_GITLAB_PROXY` or `MILLRACE_E_GITLAB_CLOSED`; its `details.processed` is false when the request surely
   * had no effect
   * @throws the signal's reason when it aborts
   */
  readonly exchange: (
    request: HttpRequest,
    options: { readonly signal: AbortSignal },
  ) => Promise<HttpAnswer>;
  /** What is known of the server's TLS since the last connection; empty over plain HTTP. */
  readonly tls: () => ServerTls;
  /** Ends every connection; running exchanges fail. */
  readonly close: () => Promise<void>;
}
