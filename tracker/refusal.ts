/**
 * The tracker's no: why, in words for a person, and when to ask again (BEP 3 `failure reason`, BEP 31 `retry in`).
 *
 * @module
 */

/** Why a request was refused; the label of the metrics. */
export type RefusalCode =
  | "malformed"
  | "no-connection-id"
  | "no-key"
  | "denied"
  | "too-many-requests"
  | "too-many-clients"
  | "full";

/** A request that is not granted. */
export interface Refusal {
  readonly code: RefusalCode;
  /** A sentence for the user of the client that was refused. */
  readonly reason: string;
  /** Seconds until it may be granted; `Infinity`: never; absent: whenever the client likes. */
  readonly retryInSeconds?: number;
}

/** There is no room for another membership. */
export const TRACKER_FULL: Refusal = {
  code: "full",
  reason: "This tracker is full: try again later",
  retryInSeconds: 600,
};

/** There is no room for another client at one address. */
export const ADDRESS_CROWDED: Refusal = {
  code: "too-many-clients",
  reason: "Too many clients at your address: try again later",
  retryInSeconds: 600,
};
