import { Refusal } from "./probe-kind.ts";

/** Puts a failure into words without addresses, host names or credentials: samples are published. */
export function failureWords(error: unknown): string {
  if (error instanceof Refusal) return error.message;
  const code = codeOf(error);
  if (code.startsWith("HPE_") || code === "HTTPParserError") return "answered something that is not HTTP";
  return Object.hasOwn(WORDS, code) ? String(WORDS[code]) : `the request failed (${code})`;
}

/** A name of the failure that cannot hold what a server or a URL says: a code of capitals, or the error's class. */
function codeOf(error: unknown): string {
  let name = "unknown";
  for (let at: unknown = error, depth = 0; typeof at === "object" && at !== null && depth < 10; depth++) {
    const { code, errors, cause } = at as { code?: unknown; errors?: unknown; cause?: unknown };
    if (typeof code === "string" && /^[A-Z][A-Z0-9_]{1,60}$/.test(code)) return code;
    if (depth === 0 && at instanceof Error && /^[A-Za-z]{1,60}$/.test(at.name)) name = at.name;
    at = cause ?? (Array.isArray(errors) ? errors[0] : undefined);
  }
  return name;
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  EPIPE: "connection reset",
  EPROTO: "the TLS handshake failed",
  EHOSTUNREACH: "host unreachable",
  ENETUNREACH: "network unreachable",
  EADDRNOTAVAIL: "network unreachable",
  ENOTFOUND: "host name not found",
  EAI_AGAIN: "host name not found",
  ETIMEDOUT: "connection timed out",
  UND_ERR_SOCKET: "connection closed before the answer was complete",
  UND_ERR_CONNECT_TIMEOUT: "connection timed out",
  UND_ERR_HEADERS_TIMEOUT: "no answer in time",
  UND_ERR_BODY_TIMEOUT: "no complete answer in time",
  UND_ERR_HEADERS_OVERFLOW: "answered with headers too large to read",
  UND_ERR_INVALID_ARG: "the request cannot be made as it is declared",
  ERR_INVALID_URL: "the address is none",
  ERR_SSL_WRONG_VERSION_NUMBER: "answered something that is not TLS",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "answered something that is not TLS",
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: "no version of TLS in common",
  CERT_HAS_EXPIRED: "certificate expired",
  CERT_NOT_YET_VALID: "certificate not valid yet",
  CERT_REVOKED: "certificate revoked",
  DEPTH_ZERO_SELF_SIGNED_CERT: "self-signed certificate",
  SELF_SIGNED_CERT_IN_CHAIN: "self-signed certificate",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "certificate cannot be verified",
  UNABLE_TO_GET_ISSUER_CERT: "certificate cannot be verified",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "certificate cannot be verified",
  ERR_TLS_CERT_ALTNAME_INVALID: "certificate is for another name",
};
