import assert from "node:assert/strict";
import { TrackerRefusal } from "../../shared/wire/announce.ts";
import type { UdpRequest } from "../../shared/wire/udp_tracker.ts";
import { ManualClock } from "./manual_clock.ts";
import { infoHashOf, politely, someAnnounce, someResponse, UdpTestTracker } from "./test_tracker.ts";
import { TrackerFailure } from "./tracker_failure.ts";
import { UdpTrackerClient } from "./udp_tracker_client.ts";

const random = () => crypto.getRandomValues(new Uint32Array(1)).reduce((_, value) => value / 2 ** 32, 0);

function types(tracker: UdpTestTracker): string[] {
  return tracker.requests.map(({ type }) => type);
}

Deno.test("announces: connect first, then everything the announce says, with the path (BEP 41)", async () => {
  await using tracker = new UdpTestTracker();
  await using client = new UdpTrackerClient({ random });
  assert.deepEqual(await client.announce(`${tracker.url}?x=y`, someAnnounce), someResponse);
  assert.deepEqual(types(tracker), ["connect", "announce"]);
  const { transactionId: _, ...request } = tracker.announces[0] ?? { transactionId: 0 };
  assert.deepEqual(request, { type: "announce", connectionId: 42n, path: "/announce?x=y", ...someAnnounce });
});

Deno.test("a connection id serves for a minute, and many who come at once share one", async () => {
  await using tracker = new UdpTestTracker();
  const clock = new ManualClock();
  await using client = new UdpTrackerClient({ random, clock });
  await Promise.all(Array.from({ length: 20 }, () => client.announce(tracker.url, someAnnounce)));
  clock.advance(59_000);
  await client.announce(tracker.url, someAnnounce);
  assert.equal(types(tracker).filter((type) => type === "connect").length, 1);
  clock.advance(1001);
  await client.announce(tracker.url, someAnnounce);
  assert.equal(types(tracker).filter((type) => type === "connect").length, 2);
  assert.equal(clock.timerCount, 0);
});

Deno.test("works over IPv6, with IPv6 peers, and by name", async () => {
  const peers = [{ host: "2001:db8::7", port: 7000 }];
  const answer = (request: UdpRequest) =>
    request.type === "announce"
      ? { ...someResponse, peers, type: request.type, transactionId: request.transactionId }
      : politely(request);
  await using tracker = new UdpTestTracker(answer, { hostname: "::1" });
  await using client = new UdpTrackerClient({ random });
  assert.deepEqual((await client.announce(tracker.url, someAnnounce)).peers, peers);
  await using named = new UdpTestTracker();
  await client.announce(`udp://localhost:${named.port}`, someAnnounce);
  assert.equal(named.announces[0]?.path, undefined);
});

Deno.test("scrapes in the order given", async () => {
  await using tracker = new UdpTestTracker();
  await using client = new UdpTrackerClient({ random });
  const infoHashes = [infoHashOf(1), infoHashOf(2)];
  assert.deepEqual(await client.scrape(tracker.url, infoHashes), [
    { infoHash: infoHashes[0], seederCount: 0, completedCount: 5, leecherCount: 6 },
    { infoHash: infoHashes[1], seederCount: 1, completedCount: 5, leecherCount: 6 },
  ]);
});

Deno.test("a lost datagram is sent again, each time after twice as long, then it is a failure", async () => {
  await using tracker = new UdpTestTracker(() => undefined);
  const clock = new ManualClock();
  await using client = new UdpTrackerClient({ random, clock, firstTimeoutMs: 1000 });
  const announced = assert.rejects(client.announce(tracker.url, someAnnounce), (error) => {
    assert.ok(error instanceof TrackerFailure);
    assert.match(error.message, /no answer to 3 attempts/);
    return true;
  });
  for (const [index, waitMs] of [1000, 2000, 4000].entries()) {
    await tracker.until(() => tracker.requests.length === index + 1);
    clock.advance(waitMs - 1);
    assert.equal(clock.timerCount, 1);
    clock.advance(1);
  }
  await announced;
  assert.deepEqual(types(tracker), ["connect", "connect", "connect"]);
  assert.equal(clock.timerCount, 0);
});

Deno.test("an answer lost the first time comes the second", async () => {
  let announceCount = 0;
  await using tracker = new UdpTestTracker((request) =>
    request.type === "announce" && announceCount++ === 0 ? undefined : politely(request)
  );
  const clock = new ManualClock();
  await using client = new UdpTrackerClient({ random, clock });
  const announced = client.announce(tracker.url, someAnnounce);
  await tracker.until(() => tracker.announces.length === 1);
  clock.advance(1500);
  assert.deepEqual(await announced, someResponse);
  // It might have restarted: the second attempt begins with a new connection id.
  assert.deepEqual(types(tracker), ["connect", "announce", "connect", "announce"]);
});

Deno.test("a no is a refusal; with a connection id of before it is asked once more", async () => {
  let isRestarted = false;
  await using tracker = new UdpTestTracker((request) => {
    if (request.type === "connect") {
      return { type: "connect", transactionId: request.transactionId, connectionId: isRestarted ? 2n : 1n };
    }
    const isValid = request.connectionId === (isRestarted ? 2n : 1n);
    if (isValid && request.type === "announce" && request.infoHash !== infoHashOf(9)) return politely(request);
    return { type: "error", transactionId: request.transactionId, message: isValid ? "no such torrent" : "wrong id" };
  });
  await using client = new UdpTrackerClient({ random });
  await client.announce(tracker.url, someAnnounce);
  isRestarted = true;
  await client.announce(tracker.url, someAnnounce);
  await assert.rejects(
    client.announce(tracker.url, { ...someAnnounce, infoHash: infoHashOf(9) }),
    (error) => error instanceof TrackerRefusal && error.reason === "no such torrent",
  );
});

Deno.test("an answer to something else is a failure", async () => {
  await using tracker = new UdpTestTracker(({ transactionId }) => ({
    type: "connect",
    transactionId,
    connectionId: 1n,
  }));
  await using client = new UdpTrackerClient({ random });
  await assert.rejects(client.announce(tracker.url, someAnnounce), /it answered with connect/);
});

Deno.test("an answer from another address than the one asked does not count", async () => {
  const clock = new ManualClock();
  using socket = listenUdp();
  await using client = new UdpTrackerClient({ random: () => 0.5, clock });
  const announced = client.announce(`udp://127.0.0.1:${socket.port}`, someAnnounce, { attempts: 1 });
  const [, address] = await socket.conn.receive();
  assert.ok(address.transport === "udp");
  using stranger = listenUdp();
  const answer = new Uint8Array(16);
  new DataView(answer.buffer).setUint32(4, 2 ** 31);
  const to = { transport: "udp" as const, hostname: "127.0.0.1", port: address.port };
  await stranger.conn.send(answer, to);
  // Too short, and of an action there is not, from the right one: the first is ignored, the second ends the attempt.
  await socket.conn.send(answer.subarray(0, 7), to);
  answer[3] = 9;
  await socket.conn.send(answer, to);
  await assert.rejects(announced, (error) => error instanceof TrackerFailure && /action 9/.test(error.message));
  assert.equal(clock.timerCount, 0);
});

function listenUdp(): Disposable & { conn: Deno.DatagramConn; port: number } {
  const conn = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const { addr } = conn;
  assert.ok(addr.transport === "udp");
  return { conn, port: addr.port, [Symbol.dispose]: () => conn.close() };
}

Deno.test("the signal, and the end of the client, end what is being asked", async () => {
  await using tracker = new UdpTestTracker(() => undefined);
  const client = new UdpTrackerClient({ random });
  const ending = new AbortController();
  const first = client.announce(tracker.url, someAnnounce, { signal: ending.signal });
  const second = client.announce(tracker.url, someAnnounce);
  const ends = [assert.rejects(first, /over/), assert.rejects(second, TrackerFailure)];
  await tracker.until(() => tracker.requests.length === 1);
  ending.abort(new Error("over"));
  await ends[0];
  await client[Symbol.asyncDispose]();
  await ends[1];
  await assert.rejects(client.announce(tracker.url, someAnnounce), TrackerFailure);
});

Deno.test("addresses that are none say never to ask again", async () => {
  await using client = new UdpTrackerClient({ random });
  for (const url of ["udp://no-port", "wss://127.0.0.1:1", "nonsense", "udp://127.0.0.1:0"]) {
    await assert.rejects(
      client.announce(url, someAnnounce),
      (error) => error instanceof TrackerFailure && error.retryInSeconds === Infinity,
    );
  }
  await assert.rejects(client.announce("udp://no-such-host.invalid:1", someAnnounce), /there is no address/);
});
