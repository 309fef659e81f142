/**
 * The one error that a remote's fault becomes: whoever owns the connection ends it with this reason.
 *
 * @module
 */

/**
 * What the remote did wrong:
 *
 * - `malformed`: bytes that are no message of the protocol;
 * - `too-long`: a length past the limit we give it;
 * - `out-of-range`: a piece, block, port or index that does not exist;
 * - `unexpected`: a right message at a wrong time;
 * - `wrong-torrent`: a handshake for a torrent that is not this one;
 * - `wrong-hash`: data that is not what its hash says;
 * - `timeout`: silence past the limit;
 * - `limit`: more of something than we grant one remote;
 * - `self`: the remote is this very program.
 */
export type ProtocolErrorCode =
  | "malformed"
  | "too-long"
  | "out-of-range"
  | "unexpected"
  | "wrong-torrent"
  | "wrong-hash"
  | "timeout"
  | "limit"
  | "self";

/** A remote broke the protocol. Decoders of `shared/wire/` throw this and nothing else. */
export class ProtocolError extends Error {
  /** Always `ProtocolError`. */
  override readonly name = "ProtocolError";
  /** Which of the closed set of faults it was. */
  readonly code: ProtocolErrorCode;

  /** `message` says what was found and what the protocol allows. */
  constructor(code: ProtocolErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
