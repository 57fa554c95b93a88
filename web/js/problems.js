/** From what went wrong to words that help. */

import { known, say } from "./strings.js";

/** Codes after which trying again by itself makes sense. */
const PASSING = new Set(["ice", "lost", "gone", "full", "offline"]);

/** A proxy speaks for a server that is away. */
const GATEWAY_ERRORS = new Set([502, 504]);

const MEDIA_ERRORS = {
  NotAllowedError: "permission",
  SecurityError: "permission",
  NotFoundError: "no-camera",
  OverconstrainedError: "no-camera",
  DevicesNotFoundError: "no-camera",
  NotReadableError: "camera-busy",
  TrackStartError: "camera-busy",
  AbortError: "camera-busy",
};

const DEFAULT_RETRY_S = 5;
const LONGEST_RETRY_S = 120;

/** An error that can be told to a person. */
export class Problem extends Error {
  /**
   * @param {string} code one of the `problem.*` families in strings.js
   * @param {{detail?: string, retryAfter?: number, cause?: unknown}} [more] `retryAfter` in seconds
   */
  constructor(code, { detail = "", retryAfter, cause } = {}) {
    super(detail || code, { cause });
    this.name = "Problem";
    this.code = code;
    this.detail = detail;
    this.retryAfter = retryAfter;
  }

  /** Whether it may pass by itself. */
  get passing() {
    return PASSING.has(this.code);
  }
}

/** What kept the camera from opening, by what getUserMedia threw. @returns {Problem} */
export function fromMedia(error) {
  if (error instanceof Problem) return error;
  const code = MEDIA_ERRORS[error?.name] ?? "unknown";
  return new Problem(code, { detail: error?.message ?? String(error), cause: error });
}

/**
 * What a refusal of the server means.
 * @param {string | null} retryAfter the `Retry-After` header, in seconds
 * @param {{detail?: string, title?: string} | null} body problem+json (RFC 9457), if there was one
 * @returns {Problem}
 */
export function fromAnswer(status, retryAfter, body) {
  const detail = body?.detail ?? body?.title ?? `HTTP ${status}`;
  if (status === 401) return new Problem("token", { detail });
  // Without a time to come back it will not pass: a missing model, say.
  if (status === 503 && retryAfter === null) return new Problem("rejected", { detail });
  if (status === 503) return new Problem("full", { detail, retryAfter: seconds(retryAfter) });
  return new Problem(GATEWAY_ERRORS.has(status) ? "gone" : "rejected", { detail });
}

/** Anything thrown, as a problem. */
export function asProblem(error) {
  if (error instanceof Problem) return error;
  return new Problem("unknown", { detail: error?.message ?? String(error), cause: error });
}

/** What this browser (`scope` is its window) cannot do here. @returns {Problem | null} */
export function missingAbility(scope, kind) {
  if (typeof scope.RTCPeerConnection !== "function") return new Problem("unsupported");
  if (kind !== "camera" || scope.navigator?.mediaDevices?.getUserMedia) return null;
  return new Problem(scope.isSecureContext ? "unsupported" : "insecure");
}

/** @returns {{title: string, help: string}} */
export function inWords(problem) {
  const code = known(`problem.${problem.code}.title`) ? problem.code : "unknown";
  return {
    title: say(`problem.${code}.title`),
    help: say(`problem.${code}.help`, { detail: problem.detail }),
  };
}

function seconds(header) {
  const value = Number.parseInt(header ?? "", 10);
  if (!(value > 0)) return DEFAULT_RETRY_S;
  return Math.min(value, LONGEST_RETRY_S);
}
