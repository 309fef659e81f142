import assert from "node:assert/strict";
import fc from "fast-check";
import { type InfoHash, parseInfoHash } from "../ids.ts";
import { ProtocolError } from "../protocol_error.ts";
import {
  acceptEncryption,
  type EncryptedStream,
  type EncryptionHandshake,
  initiateEncryption,
  keyHash,
  MAX_HELD_LENGTH,
  MAX_PADDING_LENGTH,
} from "./encryption_handshake.ts";

const infoHash = parseInfoHash("a1".repeat(20));
const other = parseInfoHash("b2".repeat(20));
const payload = new TextEncoder().encode("what an initiator sends along");

const randomness = (seed: number, paddingLength = 77) => ({
  privateKey: new Uint8Array(20).map((_, index) => (index * 31 + seed) % 256),
  padding: new Uint8Array(paddingLength).map((_, index) => (index * 17 + seed) % 256),
});

const initiator = (paddingLength?: number) =>
  initiateEncryption({ ...randomness(1, paddingLength), infoHash, payload });
const responder = (paddingLength?: number) => acceptEncryption({ ...randomness(2, paddingLength), find: findAmong() });

/** Finds both of the torrents that are here. */
function findAmong(): (hash: string) => InfoHash | undefined {
  const known = new Map([other, infoHash].map((infoHash) => [keyHash(infoHash).toHex(), infoHash]));
  return (hash) => known.get(hash);
}

/** One role, given what comes in pieces of a certain size; keeps what it sends and what it comes to. */
class Side {
  readonly sent: number[] = [];
  stream: EncryptedStream | undefined;
  readonly #role: EncryptionHandshake;

  constructor(role: EncryptionHandshake) {
    this.#role = role;
    this.#note(role.next());
  }

  receive(bytes: Uint8Array): void {
    this.#note(this.#role.next(bytes));
  }

  #note(step: IteratorResult<Uint8Array, EncryptedStream>): void {
    if (step.done) this.stream = step.value;
    this.sent.push(...(step.done ? step.value.send : step.value));
  }
}

/** Lets both talk, so many bytes at a time, until neither has anything to say. */
function talk(one: Side, two: Side, count: number): void {
  for (let isSilent = false; !isSilent;) {
    isSilent = true;
    for (const [from, to] of [[one, two], [two, one]] as const) {
      while (from.sent.length > 0 && to.stream === undefined) {
        to.receive(Uint8Array.from(from.sent.splice(0, count)));
        isSilent = false;
      }
    }
  }
}

for (const count of [1, 7, 10_000]) {
  Deno.test(`two sides agree, ${count} bytes at a time, whatever the padding`, () => {
    for (const [ours, theirs] of [[0, 0], [MAX_PADDING_LENGTH, MAX_PADDING_LENGTH], [1, 300]]) {
      const [one, two] = [new Side(initiator(ours)), new Side(responder(theirs))];
      talk(one, two, count);
      assert.deepEqual(two.stream?.received, payload, "the payload that was sent along");
      assert.equal(one.stream?.encrypt, undefined, "plain is enough for us");
      assert.equal(two.stream.encrypt, undefined);
      assert.deepEqual([one.stream?.received.length, one.sent.length], [0, 0]);
    }
  });
}

Deno.test("what follows the handshake in the same read is kept", () => {
  const one = new Side(initiator());
  const two = new Side(responder());
  two.receive(Uint8Array.from(one.sent.splice(0)));
  one.receive(Uint8Array.from(two.sent.splice(0)));
  two.receive(Uint8Array.from([...one.sent.splice(0), 1, 2, 3]));
  assert.deepEqual(two.stream?.received, Uint8Array.of(...payload, 1, 2, 3));
  one.receive(Uint8Array.from([...two.sent, 4, 5]));
  assert.deepEqual(one.stream?.received, Uint8Array.of(4, 5));
});

Deno.test("who insists on encryption gets it", () => {
  const { one, two } = insisting();
  const text = new TextEncoder().encode("there and back");
  assert.deepEqual(two.stream?.received, payload);
  const sent = one.encrypt?.apply(text.slice()) ?? new Uint8Array();
  assert.notDeepEqual(sent, text);
  assert.deepEqual(two.stream?.decrypt?.apply(sent), text);
  const back = two.stream?.encrypt?.apply(text.slice()) ?? new Uint8Array();
  assert.deepEqual(one.decrypt?.apply(back), text);
});

Deno.test("a torrent that is not here, and one that the other does not mean, are told apart from the rest", () => {
  const one = new Side(initiator());
  const two = new Side(acceptEncryption({ ...randomness(2), find: () => undefined }));
  two.receive(Uint8Array.from(one.sent.splice(0)));
  one.receive(Uint8Array.from(two.sent.splice(0)));
  assert.throws(
    () => two.receive(Uint8Array.from(one.sent)),
    (error) => error instanceof ProtocolError && error.code === "wrong-torrent",
  );
});

Deno.test("a remote that never comes to the point is refused within its 512 random bytes", () => {
  for (const role of [initiator(), responder()]) {
    const side = new Side(role);
    let count = 0;
    assert.throws(() => {
      for (; count < 10_000; count++) side.receive(Uint8Array.of(count % 7 + 1));
    }, (error) => error instanceof ProtocolError && error.code === "malformed");
    assert.ok(count <= 96 + MAX_PADDING_LENGTH + 20, `it took ${count} bytes`);
  }
});

Deno.test("lengths past the limits are refused before their bytes come", () => {
  for (const [padding, length] of [[MAX_PADDING_LENGTH + 1, 0], [0, MAX_HELD_LENGTH + 1]] as const) {
    assert.throws(() => insisting({ padding, length }), (error) => {
      return error instanceof ProtocolError && error.code === "too-long";
    });
  }
  assert.throws(() => insisting({ methods: 0x1000 }), ProtocolError);
  assert.throws(() => insisting({ constant: 1 }), ProtocolError);
});

Deno.test("nothing but a ProtocolError comes of bytes that were changed, cut or made up", () => {
  const change = fc.record({
    at: fc.nat(1200),
    mask: fc.integer({ min: 1, max: 255 }),
    count: fc.integer({ min: 1, max: 300 }),
  });
  const property = fc.property(
    change,
    fc.boolean(),
    fc.uint8Array({ maxLength: 1500 }),
    ({ at, mask, count }, isFirst, noise) => {
      const [one, two] = [new Side(initiator()), new Side(responder())];
      const [from, to] = isFirst ? [one, two] : [two, one];
      let passed = 0;
      const deform = (bytes: Uint8Array) => {
        const index = at - passed;
        passed += bytes.length;
        if (index >= 0 && index < bytes.length) bytes[index] = (bytes[index] ?? 0) ^ mask;
        return bytes;
      };
      try {
        for (let isSilent = false; !isSilent;) {
          isSilent = true;
          while (from.sent.length > 0 && to.stream === undefined) {
            to.receive(deform(Uint8Array.from(from.sent.splice(0, count))));
            isSilent = false;
          }
          while (to.sent.length > 0 && from.stream === undefined) {
            from.receive(Uint8Array.from(to.sent.splice(0, count)));
            isSilent = false;
          }
        }
        const side = new Side(isFirst ? initiator() : responder());
        side.receive(noise);
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
      }
    },
  );
  fc.assert(property, { numRuns: 500 });
});

/** An initiator that is not ours: it takes part by hand, so that it can insist, and lie. */
function insisting(
  options: {
    readonly methods?: number;
    readonly padding?: number;
    readonly length?: number;
    readonly constant?: number;
  } = {},
) {
  const { methods = 2, padding = 0, length = payload.length, constant = 0 } = options;
  // Ours, whose offer is written over: the stream cipher lets a bit be turned without knowing the key.
  const ours = new Side(initiator(0));
  const two = new Side(responder(0));
  two.receive(Uint8Array.from(ours.sent.splice(0)));
  ours.receive(Uint8Array.from(two.sent.splice(0)));
  const request = Uint8Array.from(ours.sent.splice(0));
  const turn = (offset: number, from: number, to: number) => {
    const view = new DataView(request.buffer);
    view.setUint16(offset, view.getUint16(offset) ^ from ^ to);
  };
  turn(40, 0, constant);
  turn(50, 3, methods);
  turn(52, 0, padding);
  turn(54, payload.length, length);
  two.receive(request);
  ours.receive(Uint8Array.from(two.sent.splice(0)));
  const one = ours.stream;
  assert.ok(one !== undefined);
  return { one, two };
}
