/**
 * The handshake of encrypted connections (Message Stream Encryption 1.0, as Vuze wrote it down and everybody speaks it):
 * both roles, without I/O. Each is a generator that is given what came and yields what is to be sent, so it reads as the
 * protocol does:
 *
 *     → public key, up to 512 random bytes
 *     ← public key, up to 512 random bytes
 *     → HASH(req1, S), HASH(req2, torrent) xor HASH(req3, S), encrypted: 8 zeros, methods 4, length 2, so many bytes,
 *       length 2, so many bytes of payload
 *     ← encrypted: 8 zeros, the method 4, length 2, so many bytes
 *
 * S is the secret that both come to. Where a side's random bytes end is found by what has to follow them. It hides which
 * program and which torrent a connection is about; the torrent's info-hash is all that it takes to look inside.
 *
 * Invariant: whatever the remote sends, at most {@link MAX_HELD_LENGTH} bytes of it are held, and nothing but a
 * `ProtocolError` is thrown.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { type InfoHash, infoHashBytes } from "../ids.ts";
import { ProtocolError } from "../protocol_error.ts";
import { PUBLIC_KEY_LENGTH, publicKeyOf, sharedSecret } from "./key_exchange.ts";
import { Rc4 } from "./rc4.ts";

/** What must be different in each handshake, and nobody else may guess. */
export interface HandshakeRandomness {
  /** `PRIVATE_KEY_LENGTH` random bytes. */
  readonly privateKey: Uint8Array;
  /** So many random bytes as by chance, up to {@link MAX_PADDING_LENGTH}. */
  readonly padding: Uint8Array;
}

/** A connection whose handshake is done. */
export interface EncryptedStream {
  /** Applied to everything that is sent from now on; absent: both agreed to send it as it is. */
  readonly encrypt?: Rc4;
  /** Applied to everything that is read from now on; present when `encrypt` is. */
  readonly decrypt?: Rc4;
  /** To be sent before anything else. */
  readonly send: Uint8Array;
  /** The first bytes of the connection proper, which came along: decrypted, owned by the caller. */
  readonly received: Uint8Array;
}

/** Yields bytes to send, perhaps none, and wants what came next. @throws ProtocolError */
export type EncryptionHandshake = Generator<Uint8Array, EncryptedStream, Uint8Array>;

/** The most random bytes that a side adds (MSE). */
export const MAX_PADDING_LENGTH = 512;

/** Payload that an initiator may send along: a peer handshake (68 bytes) and a large extension handshake. */
const MAX_PAYLOAD_LENGTH = 4096;

/** The most bytes that either role holds while it waits for more, beside those of the last read. */
export const MAX_HELD_LENGTH: number = MAX_PAYLOAD_LENGTH;

/**
 * The side that opened the connection. It leaves to the other whether what follows the handshake is encrypted.
 *
 * @param options `payload`: sent along with the handshake, as the first bytes of the connection proper
 */
export function* initiateEncryption(
  options: HandshakeRandomness & { readonly infoHash: InfoHash; readonly payload: Uint8Array },
): EncryptionHandshake {
  const { infoHash, payload } = options;
  const intake = new Intake();
  yield* intake.fill(PUBLIC_KEY_LENGTH, join(publicKeyOf(options.privateKey), options.padding));
  const keys = new Keys(sharedSecret(intake.take(PUBLIC_KEY_LENGTH), options.privateKey));
  const encrypt = keys.cipher("keyA", infoHash);
  const decrypt = keys.cipher("keyB", infoHash);
  const offer = join(CONSTANT, bigEndian(PLAIN | RC4, 4), bigEndian(0, 2), bigEndian(payload.length, 2), payload);
  const request = join(keys.hash("req1"), xor(keyHash(infoHash), keys.hash("req3")), encrypt.apply(offer));
  yield* intake.skipPast(decrypt.apply(CONSTANT.slice()), request);
  yield* intake.fill(6);
  const answer = decrypt.apply(intake.take(6));
  const method = numberOf(answer.subarray(0, 4));
  yield* intake.takePadding(numberOf(answer.subarray(4)), decrypt);
  if (method !== PLAIN && method !== RC4) throw refusal(`the remote chose method ${method}`);
  return streamOf(method, { encrypt, decrypt, send: NOTHING, rest: intake.rest() });
}

/**
 * The side that was connected to. It asks for no encryption of what follows the handshake unless the other insists on it:
 * hidden is then what the connection is about, at no cost for each byte.
 *
 * @param options `find`: which torrent of ours has this {@link keyHash}, in hex
 */
export function* acceptEncryption(
  options: HandshakeRandomness & { readonly find: (keyHash: string) => InfoHash | undefined },
): EncryptionHandshake {
  const intake = new Intake();
  yield* intake.fill(PUBLIC_KEY_LENGTH);
  const keys = new Keys(sharedSecret(intake.take(PUBLIC_KEY_LENGTH), options.privateKey));
  yield* intake.skipPast(keys.hash("req1"), join(publicKeyOf(options.privateKey), options.padding));
  yield* intake.fill(HASH_LENGTH);
  const infoHash = options.find(xor(intake.take(HASH_LENGTH), keys.hash("req3")).toHex());
  if (infoHash === undefined) {
    throw new ProtocolError("wrong-torrent", "Cannot serve an encrypted connection: there is no such torrent here");
  }
  const decrypt = keys.cipher("keyA", infoHash);
  const encrypt = keys.cipher("keyB", infoHash);
  yield* intake.fill(14);
  const offer = decrypt.apply(intake.take(14));
  if (offer.subarray(0, CONSTANT.length).some((byte) => byte !== 0)) throw refusal("what should be zero is not");
  const methods = numberOf(offer.subarray(8, 12));
  yield* intake.takePadding(numberOf(offer.subarray(12)), decrypt);
  yield* intake.fill(2);
  const length = numberOf(decrypt.apply(intake.take(2)));
  if (length > MAX_PAYLOAD_LENGTH) {
    throw new ProtocolError(
      "too-long",
      `Cannot take a first payload of ${length} bytes: ${MAX_PAYLOAD_LENGTH} at most`,
    );
  }
  yield* intake.fill(length);
  // Encrypted in any case: the method is for what follows it.
  const payload = decrypt.apply(intake.take(length));
  const method = (methods & PLAIN) !== 0 ? PLAIN : methods & RC4;
  if (method === 0) throw refusal(`the remote knows only methods ${methods}`);
  const send = encrypt.apply(join(CONSTANT, bigEndian(method, 4), bigEndian(0, 2)));
  const stream = streamOf(method, { encrypt, decrypt, send, rest: intake.rest() });
  return { ...stream, received: join(payload, stream.received) };
}

/** By what a torrent is named inside of an encrypted handshake: who does not know it cannot tell which it is. */
export function keyHash(infoHash: InfoHash): Uint8Array {
  return hash("req2", infoHashBytes(infoHash));
}

function streamOf(
  method: number,
  options: {
    readonly encrypt: Rc4;
    readonly decrypt: Rc4;
    readonly send: Uint8Array;
    readonly rest: Uint8Array;
  },
): EncryptedStream {
  const { encrypt, decrypt, send, rest } = options;
  if (method === PLAIN) return { send, received: rest };
  return { send, received: decrypt.apply(rest), encrypt, decrypt };
}

/** What came and is not used yet. */
class Intake {
  #bytes: Uint8Array = NOTHING;

  /** Waits until so many bytes are here, after sending something. */
  *fill(length: number, send: Uint8Array = NOTHING): Generator<Uint8Array, void, Uint8Array> {
    if (send.length > 0) this.#add(yield send);
    while (this.#bytes.length < length) this.#add(yield NOTHING);
  }

  /** Waits for bytes that follow somebody's padding, and drops all up to them. @throws ProtocolError */
  *skipPast(mark: Uint8Array, send: Uint8Array): Generator<Uint8Array, void, Uint8Array> {
    if (send.length > 0) this.#add(yield send);
    for (let offset = 0; offset <= MAX_PADDING_LENGTH; offset++) {
      yield* this.fill(offset + mark.length);
      if (mark.every((byte, index) => this.#bytes[offset + index] === byte)) {
        this.#bytes = this.#bytes.subarray(offset + mark.length);
        return;
      }
    }
    throw refusal("what has to follow the random bytes does not come");
  }

  /** Drops the encrypted padding that is kept for later versions. @throws ProtocolError */
  *takePadding(length: number, decrypt: Rc4): Generator<Uint8Array, void, Uint8Array> {
    if (length > MAX_PADDING_LENGTH) {
      throw new ProtocolError("too-long", `Cannot take ${length} bytes of padding: ${MAX_PADDING_LENGTH} at most`);
    }
    yield* this.fill(length);
    decrypt.apply(this.take(length));
  }

  /** The first bytes of those that are here, in a buffer of their own. */
  take(length: number): Uint8Array {
    const taken = this.#bytes.slice(0, length);
    this.#bytes = this.#bytes.subarray(length);
    return taken;
  }

  /** All that is left. */
  rest(): Uint8Array {
    return this.take(this.#bytes.length);
  }

  #add(bytes: Uint8Array): void {
    this.#bytes = join(this.#bytes, bytes);
  }
}

/** What is derived from the shared secret. */
class Keys {
  readonly #secret: Uint8Array;

  constructor(secret: Uint8Array) {
    this.#secret = secret;
  }

  hash(name: "req1" | "req3"): Uint8Array {
    return hash(name, this.#secret);
  }

  /** "keyA" is what the initiator sends with, "keyB" the other. */
  cipher(name: "keyA" | "keyB", infoHash: InfoHash): Rc4 {
    return new Rc4(hash(name, this.#secret, infoHashBytes(infoHash)), { skip: SKIPPED_LENGTH });
  }
}

function refusal(why: string): ProtocolError {
  return new ProtocolError("malformed", `Cannot agree on encryption: ${why}`);
}

function hash(name: string, ...parts: readonly Uint8Array[]): Uint8Array {
  const digest = createHash("sha1").update(name);
  for (const part of parts) digest.update(part);
  return Uint8Array.from(digest.digest());
}

function xor(one: Uint8Array, other: Uint8Array): Uint8Array {
  return one.map((byte, index) => byte ^ (other[index] ?? 0));
}

function join(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** A number as it is sent. */
function bigEndian(value: number, length: 2 | 4): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes.subarray(4 - length);
}

/** A big-endian number. */
function numberOf(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}

const NOTHING = new Uint8Array(0);
/** MSE's "verification constant": eight zeros, encrypted. */
const CONSTANT = new Uint8Array(8);
const HASH_LENGTH = 20;
/** The first bytes of an RC4 stream tell of its key (MSE). */
const SKIPPED_LENGTH = 1024;
/** Methods, as bits: what follows the handshake is sent as it is, or encrypted. */
const PLAIN = 1;
const RC4 = 2;
