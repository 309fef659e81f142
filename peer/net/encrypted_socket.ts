/**
 * A socket whose handshake of encryption is done: it gives first what came along with that, and hides what both sides
 * agreed to hide. Invariant: the two streams of the cipher advance by exactly the bytes that are read and written.
 * @module
 */

import type { EncryptedStream } from "../../shared/wire/encryption_handshake.ts";
import type { PeerSocket } from "./connection.ts";
import { writeAll } from "./socket.ts";

/** One that owns another. It is read by one at a time, and written by one at a time. */
export class EncryptedSocket implements PeerSocket {
  readonly #socket: PeerSocket;
  readonly #stream: EncryptedStream;
  #received: Uint8Array;
  #buffer = new Uint8Array(0);

  /** Goes on where the handshake ended; what the stream says is to be sent has been. */
  constructor(socket: PeerSocket, stream: EncryptedStream) {
    this.#socket = socket;
    this.#stream = stream;
    this.#received = stream.received;
  }

  /** Reads what is there, at least a byte; null at the end. */
  async read(into: Uint8Array): Promise<number | null> {
    if (this.#received.length > 0) {
      const first = this.#received.subarray(0, into.length);
      into.set(first);
      this.#received = this.#received.subarray(first.length);
      return first.length;
    }
    const count = await this.#socket.read(into);
    if (count !== null) this.#stream.decrypt?.apply(into.subarray(0, count));
    return count;
  }

  /** Writes the front of the bytes, which stay as they are; gives how many. */
  async write(bytes: Uint8Array): Promise<number> {
    const { encrypt } = this.#stream;
    if (encrypt === undefined) return await this.#socket.write(bytes);
    const count = Math.min(bytes.length, MAX_WRITE_LENGTH);
    if (this.#buffer.length < count) this.#buffer = new Uint8Array(count);
    const part = this.#buffer.subarray(0, count);
    part.set(bytes.subarray(0, count));
    // What is encrypted has to go: the cipher does not come back to it.
    await writeAll(this.#socket, encrypt.apply(part));
    return count;
  }

  /** Ends reads and writes that wait, with an error. */
  close(): void {
    this.#socket.close();
  }

  /** Sends small packets at once. */
  setNoDelay(noDelay?: boolean): void {
    this.#socket.setNoDelay(noDelay);
  }
}

/** Four blocks: what is encrypted at a time needs a buffer of its own. */
const MAX_WRITE_LENGTH = 65_536;
