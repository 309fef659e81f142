import assert from "node:assert/strict";
import { type InfoHash, parseInfoHash } from "../../shared/ids.ts";
import { ProtocolError } from "../../shared/protocol_error.ts";
import { keyHash, MAX_PADDING_LENGTH } from "../../shared/wire/encryption_handshake.ts";
import { encodeHandshake } from "../../shared/wire/handshake.ts";
import { PUBLIC_KEY_LENGTH } from "../../shared/wire/key_exchange.ts";
import { Rc4 } from "../../shared/wire/rc4.ts";
import {
  connectSockets,
  handlerOf,
  ourPeerId,
  someHandshake,
  someInfoHash,
  theirPeerId,
  whenClosed,
} from "./connected_pair.ts";
import { PeerConnection } from "./connection.ts";
import { dial } from "./dialer.ts";
import { EncryptedSocket } from "./encrypted_socket.ts";
import { openEncryption, takeEncryption } from "./encryption.ts";
import { readHandshake, readOpening } from "./handshake_exchange.ts";
import { PeerListener } from "./listener.ts";
import { ManualClock } from "./manual_clock.ts";
import { writeAll } from "./socket.ts";

const find = (hash: string) => keyHash(someInfoHash).toHex() === hash ? someInfoHash : undefined;

Deno.test("a remote that hangs up on a plain handshake is reached with encryption", async () => {
  using server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const remote = (async () => {
    {
      using plain = await server.accept();
      assert.equal((await readOpening(plain)).isHandshake, true);
    }
    using tcp = await server.accept();
    const { bytes, isHandshake } = await readOpening(tcp);
    assert.equal(isHandshake, false);
    const socket = await takeEncryption(tcp, { begun: bytes, find });
    const ours = await readHandshake(socket);
    assert.equal(ours.peerId, ourPeerId);
    // The first message right behind the handshake.
    await writeAll(socket, new Uint8Array([...encodeHandshake(someHandshake), 0, 0, 0, 1, 1]));
    await whenClosed(tcp);
  })();
  const endpoint = { host: "127.0.0.1", port: server.addr.port };
  using connection = await dial(endpoint, { infoHash: someInfoHash, peerId: ourPeerId });
  assert.equal(connection.handshake.peerId, theirPeerId);
  const types: string[] = [];
  await connection.run(handlerOf({
    onMessage: ({ type }) => {
      types.push(type);
      connection.close("done");
    },
  }));
  assert.deepEqual(types, ["unchoke"]);
  await remote;
});

/** What a listener came to with one connection. */
async function listenTo(
  speak: (socket: Deno.TcpConn) => Promise<void>,
  options: { readonly clock?: ManualClock; readonly infoHashes?: readonly InfoHash[] } = {},
): Promise<PeerConnection | Error> {
  const { promise, resolve } = Promise.withResolvers<PeerConnection | Error>();
  await using listener = PeerListener.listen({
    host: "127.0.0.1",
    port: 0,
    route: ({ infoHash }) => ({ infoHash, peerId: ourPeerId }),
    infoHashes: () => options.infoHashes ?? [someInfoHash],
    onConnection: resolve,
    onRefused: resolve,
    ...(options.clock === undefined ? {} : { clock: options.clock }),
  });
  using socket = await Deno.connect({ hostname: "127.0.0.1", port: listener.port });
  const [outcome] = await Promise.all([promise, speak(socket)]);
  if (outcome instanceof PeerConnection) outcome.close("done");
  return outcome;
}

Deno.test("an encrypted handshake is taken, and answered", async () => {
  const outcome = await listenTo(async (tcp) => {
    const socket = await openEncryption(tcp, { infoHash: someInfoHash, payload: encodeHandshake(someHandshake) });
    const answer = await readHandshake(socket);
    assert.deepEqual([answer.infoHash, answer.peerId], [someInfoHash, ourPeerId]);
  });
  assert.ok(outcome instanceof PeerConnection);
  assert.deepEqual(outcome.handshake, someHandshake);
});

Deno.test("an encrypted handshake for a torrent that is not here is refused", async () => {
  const outcome = await listenTo(async (tcp) => {
    const socket = openEncryption(tcp, { infoHash: someInfoHash, payload: encodeHandshake(someHandshake) });
    await assert.rejects(
      socket,
      (error) => error instanceof ProtocolError || error instanceof Deno.errors.ConnectionReset,
    );
  }, { infoHashes: [parseInfoHash("b2".repeat(20))] });
  assert.ok(outcome instanceof ProtocolError && outcome.code === "wrong-torrent", `${outcome}`);
});

Deno.test("what is neither is refused as soon as it cannot be an encrypted handshake any more", async () => {
  const outcome = await listenTo(async (tcp) => {
    await writeAll(tcp, new Uint8Array(PUBLIC_KEY_LENGTH).fill(7));
    await tcp.read(new Uint8Array(PUBLIC_KEY_LENGTH));
    await writeAll(tcp, new Uint8Array(MAX_PADDING_LENGTH + 20).fill(7));
    await whenClosed(tcp);
  });
  assert.ok(outcome instanceof ProtocolError && outcome.code === "malformed", `${outcome}`);
});

Deno.test("no more than 50 keys are exchanged in a second, and plain handshakes go on", async () => {
  const clock = new ManualClock();
  const codes: unknown[] = [];
  const changes: (() => void)[] = [];
  const until = async (count: number) => {
    while (codes.length < count) await new Promise<void>((resolve) => changes.push(resolve));
  };
  await using listener = PeerListener.listen({
    host: "127.0.0.1",
    port: 0,
    clock,
    route: ({ infoHash }) => ({ infoHash, peerId: ourPeerId }),
    infoHashes: () => [someInfoHash],
    onConnection: (connection) => connection.close("done"),
    onRefused: (error) => {
      codes.push(error instanceof ProtocolError ? error.code : error.name);
      changes.splice(0).forEach((resolve) => resolve());
    },
  });
  const knock = async () => {
    using socket = await Deno.connect({ hostname: "127.0.0.1", port: listener.port });
    await socket.write(new Uint8Array(1));
  };
  for (let count = 0; count < 50; count++) await knock();
  await until(50);
  assert.deepEqual(new Set(codes), new Set(["unexpected"]));
  await knock();
  await until(51);
  assert.equal(codes[50], "limit");
  const endpoint = { host: "127.0.0.1", port: listener.port };
  using _plain = await dial(endpoint, { infoHash: someInfoHash, peerId: theirPeerId });
  clock.advance(1000);
  await knock();
  await until(52);
  assert.equal(codes[51], "unexpected");
});

Deno.test("two connections in cipher give each other blocks, however the network cuts them", async () => {
  using sockets = await connectSockets();
  const stream = (encrypt: string, decrypt: string) => ({
    encrypt: new Rc4(new TextEncoder().encode(encrypt)),
    decrypt: new Rc4(new TextEncoder().encode(decrypt)),
    send: new Uint8Array(),
    received: new Uint8Array(),
  });
  const common = { endpoint: { host: "127.0.0.1", port: 1 }, handshake: someHandshake };
  const near = new PeerConnection({
    ...common,
    socket: new EncryptedSocket(sockets.near, stream("one", "other")),
    isOutgoing: true,
  });
  const far = new PeerConnection({
    ...common,
    socket: new EncryptedSocket(sockets.far, stream("other", "one")),
    isOutgoing: false,
  });
  const blocks = Array.from({ length: 200 }, (_, piece) => ({ piece, begin: 0, length: 16_384 - piece }));
  const seen: number[] = [];
  const ends = Promise.all([
    near.run(handlerOf({
      onMessage: (message) => {
        assert.ok(message.type === "piece");
        assert.ok(message.data.every((byte) => byte === message.piece % 256), "not what was sent");
        seen.push(message.data.length);
        if (seen.length === blocks.length) near.close("done");
      },
    })),
    far.run(handlerOf({
      onMessage: (message) => {
        if (message.type === "request") far.queueUpload(message);
      },
      readBlock: ({ piece }, into) => void into.fill(piece % 256),
    })),
  ]);
  near.sendRequests(blocks);
  await ends;
  assert.deepEqual(seen, blocks.map(({ length }) => length));
});
