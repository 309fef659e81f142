import assert from "node:assert/strict";
import { infoHashBytes, parseInfoHash } from "../../shared/ids.ts";
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
import { dial, DialFailure, type DialOptions } from "./dialer.ts";
import { ManualClock } from "./manual_clock.ts";

const otherInfoHash = parseInfoHash("b2".repeat(20));

/** Dials a remote that answers as given, once or to each of some connections, and gives what both sides came to. */
async function dialTo(
  answer: (socket: Deno.TcpConn) => Promise<void>,
  options: Partial<DialOptions> & { readonly connectionCount?: number } = {},
): Promise<PromiseSettledResult<Awaited<ReturnType<typeof dial>>>> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const remote = (async () => {
    for (let count = 0; count < (options.connectionCount ?? 1); count++) {
      using socket = await listener.accept();
      await answer(socket);
    }
  })();
  const [result] = await Promise.allSettled([
    dial({ host: "127.0.0.1", port: listener.addr.port }, { infoHash: someInfoHash, peerId: ourPeerId, ...options }),
  ]);
  if (result?.status === "fulfilled") result.value.close("done");
  await remote;
  assert.ok(result);
  return result;
}

function assertRefused(result: PromiseSettledResult<unknown>, code: ProtocolErrorCode): void {
  assert.equal(result.status, "rejected");
  assert.ok(result.reason instanceof ProtocolError, `${result.reason}`);
  assert.equal(result.reason.code, code);
}

Deno.test("shakes hands: ours first, then theirs", async () => {
  const result = await dialTo(async (socket) => {
    const ours = decodeHandshake(await readHandshakeBytes(socket));
    assert.deepEqual(ours, {
      infoHash: someInfoHash,
      peerId: ourPeerId,
      supportsFast: true,
      supportsExtensions: true,
      supportsDht: false,
      supportsV2: false,
    });
    await socket.write(encodeHandshake(someHandshake));
    await whenClosed(socket);
  });
  assert.ok(result.status === "fulfilled");
  assert.deepEqual(result.value.handshake, someHandshake);
  assert.equal(result.value.isOutgoing, true);
});

Deno.test("a handshake may come in single bytes, with the first message right behind it", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const remote = (async () => {
    using socket = await listener.accept();
    socket.setNoDelay(true);
    for (const byte of encodeHandshake(someHandshake).subarray(0, 67)) await socket.write(new Uint8Array([byte]));
    await socket.write(new Uint8Array([...encodeHandshake(someHandshake).subarray(67), 0, 0, 0, 1, 1]));
    await whenClosed(socket);
  })();
  using connection = await dial({ host: "127.0.0.1", port: listener.addr.port }, {
    infoHash: someInfoHash,
    peerId: ourPeerId,
  });
  const types: string[] = [];
  await connection.run(handlerOf({
    onMessage: (message) => {
      types.push(message.type);
      connection.close("done");
    },
  }));
  assert.deepEqual(types, ["unchoke"]);
  await remote;
});

Deno.test("an answer for another torrent is refused", async () => {
  const result = await dialTo(async (socket) => {
    await socket.write(encodeHandshake({ ...someHandshake, infoHash: otherInfoHash }));
    await whenClosed(socket);
  });
  assertRefused(result, "wrong-torrent");
});

Deno.test("the truncated v2 info-hash of the same torrent is a right answer (BEP 52)", async () => {
  const result = await dialTo(async (socket) => {
    const ours = decodeHandshake(await readHandshakeBytes(socket));
    assert.equal(ours.supportsV2, true);
    assert.equal(ours.infoHash, someInfoHash);
    await socket.write(encodeHandshake({ ...someHandshake, infoHash: otherInfoHash, supportsV2: true }));
    await whenClosed(socket);
  }, { upgradeInfoHash: otherInfoHash });
  assert.ok(result.status === "fulfilled");
  assert.equal(result.value.handshake.infoHash, otherInfoHash);
});

Deno.test("we are no peer of ourselves", async () => {
  const result = await dialTo(async (socket) => {
    await socket.write(encodeHandshake({ ...someHandshake, peerId: ourPeerId }));
    await whenClosed(socket);
  });
  assertRefused(result, "self");
});

Deno.test("what does not speak BitTorrent is refused at its first wrong byte", async () => {
  const result = await dialTo(async (socket) => {
    await socket.write(new TextEncoder().encode("SSH-2.0-OpenSSH_9.2p1\r\n"));
    await whenClosed(socket);
  });
  assertRefused(result, "malformed");
});

Deno.test("a remote that closes without a word, also when it is spoken to in cipher, is refused", async () => {
  const openings: string[] = [];
  const result = await dialTo(async (socket) => {
    openings.push(new TextDecoder().decode(await readHandshakeBytes(socket)).slice(1, 20));
  }, { connectionCount: 2 });
  assertRefused(result, "unexpected");
  assert.equal(openings[0], "BitTorrent protocol");
  assert.notEqual(openings[1], openings[0]);
});

Deno.test("a remote that says nothing, or never ends saying it, costs the time limit and no more", async () => {
  for (const length of [0, 40]) {
    const clock = new ManualClock();
    const result = await dialTo(async (socket) => {
      await socket.write(encodeHandshake(someHandshake).subarray(0, length));
      await readHandshakeBytes(socket);
      clock.advance(10_000);
      await whenClosed(socket);
    }, { clock });
    assertRefused(result, "timeout");
    assert.equal(clock.timerCount, 0);
  }
});

Deno.test("the signal ends it with its reason", async () => {
  const ending = new AbortController();
  const result = await dialTo(async (socket) => {
    await readHandshakeBytes(socket);
    ending.abort(new Error("over"));
    await whenClosed(socket);
  }, { signal: ending.signal });
  assert.equal(result.status === "rejected" && result.reason.message, "over");
  await assert.rejects(
    dial({ host: "127.0.0.1", port: 1 }, { infoHash: someInfoHash, peerId: ourPeerId, signal: ending.signal }),
    /over/,
  );
});

Deno.test("an address where nobody listens is a failure that says so", async () => {
  const port = (() => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    return listener.addr.port;
  })();
  const options = { infoHash: someInfoHash, peerId: ourPeerId };
  await assert.rejects(dial({ host: "127.0.0.1", port }, options), (error) => {
    assert.ok(error instanceof DialFailure);
    assert.match(error.message, new RegExp(`^Cannot connect to 127.0.0.1:${port}: `));
    return true;
  });
  await assert.rejects(dial({ host: "no-such-host.invalid", port: 1 }, options), DialFailure);
});

Deno.test("the bytes on the wire are those of BEP 3", async () => {
  await dialTo(async (socket) => {
    const bytes = await readHandshakeBytes(socket);
    assert.equal(bytes[0], 19);
    assert.equal(new TextDecoder().decode(bytes.subarray(1, 20)), "BitTorrent protocol");
    assert.deepEqual(bytes.subarray(28, 48), infoHashBytes(someInfoHash));
    assert.notEqual(ourPeerId, theirPeerId);
    await socket.write(encodeHandshake(someHandshake));
  });
});
