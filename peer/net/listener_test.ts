import assert from "node:assert/strict";
import { parseInfoHash } from "../../shared/ids.ts";
import { ProtocolError, type ProtocolErrorCode } from "../../shared/protocol_error.ts";
import { decodeHandshake, encodeHandshake } from "../../shared/wire/handshake.ts";
import {
  handlerOf,
  ourPeerId,
  readHandshakeBytes,
  someHandshake,
  someInfoHash,
  theirPeerId,
  whenClosed,
} from "./connected_pair.ts";
import type { PeerConnection } from "./connection.ts";
import { dial } from "./dialer.ts";
import { type ListenerOptions, PeerListener } from "./listener.ts";
import { ManualClock } from "./manual_clock.ts";

/** A listener for one torrent, with what it said to its owner. */
class Rig implements AsyncDisposable {
  readonly connections: PeerConnection[] = [];
  readonly refusals: Error[] = [];
  readonly listener: PeerListener;
  #changed = Promise.withResolvers<void>();

  constructor(options: Partial<ListenerOptions> = {}) {
    this.listener = PeerListener.listen({
      host: "127.0.0.1",
      port: 0,
      route: ({ infoHash }) => infoHash === someInfoHash ? { infoHash, peerId: ourPeerId } : undefined,
      onConnection: (connection) => {
        this.connections.push(connection);
        this.#change();
      },
      onRefused: (error) => {
        this.refusals.push(error);
        this.#change();
      },
      ...options,
    });
  }

  #change() {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.#changed.promise;
  }

  connect(): Promise<Deno.TcpConn> {
    return Deno.connect({ hostname: "127.0.0.1", port: this.listener.port });
  }

  /** The codes of all refusals. */
  get codes(): (ProtocolErrorCode | string)[] {
    return this.refusals.map((error) => error instanceof ProtocolError ? error.code : error.name);
  }

  async [Symbol.asyncDispose]() {
    for (const connection of this.connections) connection.close("the test is over");
    await this.listener[Symbol.asyncDispose]();
    assert.equal(this.listener.connectionCount, 0);
  }
}

const dialOptions = { infoHash: someInfoHash, peerId: theirPeerId };

Deno.test("a peer that dials is handed over, and they can talk", async () => {
  await using rig = new Rig();
  using near = await dial({ host: "127.0.0.1", port: rig.listener.port }, dialOptions);
  await rig.until(() => rig.connections.length === 1);
  const [far] = rig.connections;
  assert.ok(far);
  assert.equal(far.isOutgoing, false);
  assert.equal(far.handshake.peerId, theirPeerId);
  assert.equal(far.endpoint.host, "127.0.0.1");
  assert.equal(near.handshake.peerId, ourPeerId);
  assert.equal(rig.listener.connectionCount, 1);
  near.send({ type: "have", piece: 3 });
  const ends = [
    near.run(handlerOf()),
    far.run(handlerOf({ onMessage: (message) => far.close(message.type) })),
  ];
  assert.deepEqual(await Promise.all(ends), ["closed by the remote", "have"]);
  assert.equal(rig.listener.connectionCount, 0);
});

Deno.test("a torrent that is not here, and ourselves, are refused without an answer", async () => {
  await using rig = new Rig();
  for (
    const handshake of [
      { ...someHandshake, infoHash: parseInfoHash("c3".repeat(20)) },
      { ...someHandshake, peerId: ourPeerId },
    ]
  ) {
    using socket = await rig.connect();
    await socket.write(encodeHandshake(handshake));
    // It is closed with our bytes unread, which some systems tell the other side as a reset.
    const [answer] = await Promise.allSettled([socket.read(new Uint8Array(1))]);
    if (answer.status === "fulfilled") assert.equal(answer.value, null);
    else assert.ok(answer.reason instanceof Deno.errors.ConnectionReset, `${answer.reason}`);
  }
  await rig.until(() => rig.refusals.length === 2);
  assert.deepEqual(rig.codes, ["wrong-torrent", "self"]);
  assert.equal(rig.connections.length, 0);
});

Deno.test("the answer may upgrade to v2 (BEP 52)", async () => {
  const v2 = parseInfoHash("d4".repeat(20));
  await using rig = new Rig({ route: () => ({ infoHash: v2, peerId: ourPeerId, supportsV2: true }) });
  using socket = await rig.connect();
  await socket.write(encodeHandshake({ ...someHandshake, supportsV2: true }));
  const answer = decodeHandshake(await readHandshakeBytes(socket));
  assert.equal(answer.infoHash, v2);
  assert.equal(answer.supportsV2, true);
  await rig.until(() => rig.connections.length === 1);
});

Deno.test("garbage is refused at once, silence and single bytes after the time limit", async () => {
  const clock = new ManualClock();
  await using rig = new Rig({ clock });
  using garbage = await rig.connect();
  await garbage.write(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
  await whenClosed(garbage);
  await rig.until(() => rig.refusals.length === 1);
  using silent = await rig.connect();
  using slow = await rig.connect();
  await slow.write(encodeHandshake(someHandshake).subarray(0, 5));
  // When the third is through, the two before it have been accepted.
  using third = await dial({ host: "127.0.0.1", port: rig.listener.port }, dialOptions);
  clock.advance(9000);
  await slow.write(encodeHandshake(someHandshake).subarray(5, 6));
  clock.advance(1001);
  await Promise.all([whenClosed(silent), whenClosed(slow)]);
  await rig.until(() => rig.refusals.length === 3);
  assert.deepEqual(rig.codes, ["malformed", "timeout", "timeout"]);
  assert.equal(third.isClosed, false);
});

Deno.test("a remote that goes away in its handshake is nothing to worry about", async () => {
  await using rig = new Rig();
  {
    using socket = await rig.connect();
    await socket.write(encodeHandshake(someHandshake).subarray(0, 30));
  }
  await rig.until(() => rig.refusals.length === 1);
  assert.deepEqual(rig.codes, ["unexpected"]);
});

Deno.test("the oldest half-open connection makes room for the newest", async () => {
  await using rig = new Rig({ maxHalfOpen: 3 });
  using oldest = await rig.connect();
  using _second = await rig.connect();
  using _third = await rig.connect();
  using fourth = await rig.connect();
  await whenClosed(oldest);
  await rig.until(() => rig.refusals.length === 1);
  assert.deepEqual(rig.codes, ["limit"]);
  await fourth.write(encodeHandshake(someHandshake));
  await readHandshakeBytes(fourth);
  await rig.until(() => rig.connections.length === 1);
});

Deno.test("a thousand connections from one address do not hurt", async () => {
  await using rig = new Rig({ maxPerLoopbackAddress: 20, maxHalfOpen: 10 });
  using sockets = new DisposableStack();
  for (let count = 0; count < 1000; count++) {
    sockets.use(await rig.connect());
    if (count % 100 === 99) await rig.until(() => rig.refusals.length >= count - 20);
  }
  await rig.until(() => rig.refusals.length >= 980);
  assert.ok(rig.listener.connectionCount <= 20);
  assert.ok(rig.codes.every((code) => code === "limit"));
});

Deno.test("connections that were handed over count for their address until they close", async () => {
  await using rig = new Rig({ maxPerLoopbackAddress: 2 });
  const endpoint = { host: "127.0.0.1", port: rig.listener.port };
  using first = await dial(endpoint, dialOptions);
  using _second = await dial(endpoint, dialOptions);
  await assert.rejects(dial(endpoint, dialOptions));
  await rig.until(() => rig.connections.length === 2);
  const [held] = rig.connections;
  first.close("done");
  assert.equal(await held?.run(handlerOf()), "closed by the remote");
  using _third = await dial(endpoint, dialOptions);
  await rig.until(() => rig.connections.length === 3);
});

Deno.test("all connections together are limited too", async () => {
  await using rig = new Rig({ maxConnections: 1 });
  using _first = await dial({ host: "127.0.0.1", port: rig.listener.port }, dialOptions);
  using second = await rig.connect();
  await whenClosed(second);
  await rig.until(() => rig.refusals.length === 1);
  assert.deepEqual(rig.codes, ["limit"]);
});

Deno.test("disposing closes what is half-open and leaves what was handed over", async () => {
  const rig = new Rig();
  using half = await rig.connect();
  using near = await dial({ host: "127.0.0.1", port: rig.listener.port }, dialOptions);
  await rig.until(() => rig.connections.length === 1);
  await rig.listener[Symbol.asyncDispose]();
  await whenClosed(half);
  const [far] = rig.connections;
  assert.equal(far?.isClosed, false);
  assert.equal(rig.listener.connectionCount, 1);
  far?.close("done");
  near.close("done");
  assert.equal(rig.listener.connectionCount, 0);
  await assert.rejects(rig.connect(), Deno.errors.ConnectionRefused);
});

Deno.test("all addresses means both families on one port", async () => {
  await using rig = new Rig({ host: "0.0.0.0" });
  using v4 = await dial({ host: "127.0.0.1", port: rig.listener.port }, dialOptions);
  await rig.until(() => rig.connections.length === 1);
  assert.equal(rig.connections[0]?.endpoint.host, "127.0.0.1");
  using v6 = await dial({ host: "::1", port: rig.listener.port }, dialOptions);
  await rig.until(() => rig.connections.length === 2);
  assert.equal(rig.connections[1]?.endpoint.host, "::1");
  assert.notEqual(v4, v6);
});

Deno.test("a port in use is said so", async () => {
  await using rig = new Rig();
  assert.throws(() => new Rig({ port: rig.listener.port }), Deno.errors.AddrInUse);
});
