import assert from "node:assert/strict";
import type { ProtocolError } from "../../shared/protocol_error.ts";
import { decodeUdpRequest, encodeUdpResponse, type UdpRequest } from "../../shared/wire/udp_tracker.ts";
import { ManualClock } from "./manual_clock.ts";
import { UdpExchange } from "./udp_exchange.ts";

const connect = (transactionId: number): UdpRequest => ({ type: "connect", transactionId });

function listen() {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  assert.ok(socket.addr.transport === "udp");
  return { socket, address: { host: "127.0.0.1", port: socket.addr.port }, [Symbol.dispose]: () => socket.close() };
}

Deno.test("an answer counts from the address that was asked, with the id that was sent, and from nobody else", async () => {
  using tracker = listen();
  using stranger = listen();
  await using exchange = new UdpExchange({ random: () => 0.5, clock: new ManualClock() });
  const answered = exchange.ask(connect, { address: tracker.address, timeoutMs: 1000 });
  const [bytes, from] = await tracker.socket.receive();
  const { transactionId } = decodeUdpRequest(bytes);
  assert.equal(transactionId, 2 ** 31);
  const answer = (connectionId: bigint, id = transactionId) =>
    encodeUdpResponse({ type: "connect", transactionId: id, connectionId }, { family: 4 });
  await stranger.socket.send(answer(1n), from);
  await tracker.socket.send(answer(2n, transactionId + 1), from);
  await tracker.socket.send(new Uint8Array(7), from);
  await tracker.socket.send(answer(3n), from);
  assert.deepEqual(await answered, { type: "connect", transactionId, connectionId: 3n });
});

Deno.test("two questions at a time never have one id", async () => {
  using tracker = listen();
  const numbers = [0.25, 0.25, 0.75];
  await using exchange = new UdpExchange({ random: () => numbers.shift() ?? 0, clock: new ManualClock() });
  const ends = [1, 2].map(() => assert.rejects(exchange.ask(connect, { address: tracker.address, timeoutMs: 1000 })));
  const ids = [];
  for (let count = 0; count < 2; count++) ids.push(decodeUdpRequest((await tracker.socket.receive())[0]).transactionId);
  assert.deepEqual(ids.sort((a, b) => a - b), [2 ** 30, 3 * 2 ** 30]);
  await exchange[Symbol.asyncDispose]();
  await Promise.all(ends);
});

Deno.test("a question ends when its time is over, and leaves no timer", async () => {
  using tracker = listen();
  const clock = new ManualClock();
  await using exchange = new UdpExchange({ random: Math.random, clock });
  const ended = assert.rejects(
    exchange.ask(connect, { address: tracker.address, timeoutMs: 700 }),
    (error: ProtocolError) => error.code === "timeout",
  );
  clock.advance(700);
  await ended;
  assert.equal(clock.timerCount, 0);
});

Deno.test("an answer that cannot be read fails its question, and closing fails what is asked", async () => {
  using tracker = listen();
  await using exchange = new UdpExchange({ random: () => 0, clock: new ManualClock() });
  const garbled = assert.rejects(
    exchange.ask(connect, { address: tracker.address, timeoutMs: 1000 }),
    { name: "ProtocolError" },
  );
  const [, from] = await tracker.socket.receive();
  await tracker.socket.send(new Uint8Array(8).fill(255, 0, 4), from);
  await garbled;
  const asked = exchange.ask(connect, { address: tracker.address, timeoutMs: 1000 });
  const closed = assert.rejects(asked, Deno.errors.Interrupted);
  await exchange[Symbol.asyncDispose]();
  await closed;
  assert.ok(exchange.isClosed);
});
