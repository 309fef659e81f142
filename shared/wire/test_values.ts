/**
 * Values that occur in many messages, at random, for tests: what a property is tried with.
 *
 * @module
 */
import fc from "fast-check";
import { decodeAddress } from "../endpoint.ts";

/** Any number of 32 bits. */
export const u32: fc.Arbitrary<number> = fc.integer({ min: 0, max: 0xffff_ffff });

/** A number of bytes: anything that a number holds exactly. */
export const byteCount: fc.Arbitrary<number> = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

/** The 20 bytes of an info-hash or a peer id. */
export const idBytes: fc.Arbitrary<Uint8Array> = fc.uint8Array({ minLength: 20, maxLength: 20 });

/** An address of IP version 4, as text. */
export const ipv4: fc.Arbitrary<string> = fc.uint8Array({ minLength: 4, maxLength: 4 }).map(decodeAddress);

/** An address of IP version 6, as text; none that stands for one of version 4. */
export const ipv6: fc.Arbitrary<string> = fc.uint8Array({ minLength: 16, maxLength: 16 })
  .map(decodeAddress)
  .filter((host) => host.includes(":"));

/** A byte string of at most 30 bytes, one character (0 to 255) a byte. */
export const byteString: fc.Arbitrary<string> = fc.uint8Array({ maxLength: 30 })
  .map((bytes) => String.fromCharCode(...bytes));
