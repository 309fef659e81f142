import assert from "node:assert/strict";
import { formatEndpoint } from "../shared/endpoint.ts";
import { peerId } from "../shared/ids.ts";
import { ManualClock } from "../peer/net/manual_clock.ts";
import { MAX_PROBES, MAX_WAITING, ReachProbe, SAME_HOST_MS, takesConnection, TRY_AGAIN_MS } from "./reach_probe.ts";
import type { ClientName } from "./swarm_registry.ts";

/** A probe whose handshakes end when the test says so. */
function scene() {
  const clock = new ManualClock();
  const tried: string[] = [];
  const results: string[] = [];
  const pending = new Map<string, PromiseWithResolvers<boolean>>();
  const probe = new ReachProbe({
    clock,
    onResult: (endpoint, isReachable) => results.push(`${formatEndpoint(endpoint)} ${isReachable}`),
    connect(endpoint, signal) {
      const key = formatEndpoint(endpoint);
      tried.push(key);
      const handshake = Promise.withResolvers<boolean>();
      signal.addEventListener("abort", () => handshake.resolve(false));
      pending.set(key, handshake);
      return handshake.promise;
    },
  });
  const finish = async (key: string, isReachable: boolean) => {
    pending.get(key)?.resolve(isReachable);
    // The probe hears of it some steps later.
    await new Promise<void>((resolve) => setTimeout(resolve));
  };
  return { clock, tried, results, probe, finish };
}

const PEER = peerId(new Uint8Array(20).fill(1));
const at = (host: string, port = 6881): ClientName => ({ peerId: PEER, host, port });

Deno.test("each endpoint is tried once, and what came of it is told at every later announce", async () => {
  const { tried, results, probe, finish } = scene();
  await using _probe = probe;
  probe.want(at("203.0.113.1"));
  probe.want(at("203.0.113.1"));
  assert.deepEqual([tried, results], [["203.0.113.1:6881"], []]);
  await finish("203.0.113.1:6881", true);
  probe.want(at("203.0.113.1"));
  assert.deepEqual(tried.length, 1);
  assert.deepEqual(results, ["203.0.113.1:6881 true", "203.0.113.1:6881 true"]);
});

Deno.test("never at a system's port, nor at what is not public", async () => {
  const { tried, probe } = scene();
  await using _probe = probe;
  for (const host of ["127.0.0.1", "::1", "10.0.0.9", "192.168.1.2", "fd00::1", "169.254.1.1", "fe80::1"]) {
    probe.want(at(host));
  }
  for (const port of [0, 1, 22, 80, 443, 1023]) probe.want(at("203.0.113.1", port));
  assert.deepEqual(tried, []);
  probe.want(at("203.0.113.1", 1024));
  probe.want(at("2001:db8::1"));
  assert.equal(tried.length, 2);
});

Deno.test("one address is tried seldom, whatever it announces", async () => {
  const { clock, tried, probe } = scene();
  await using _probe = probe;
  for (let port = 2000; port < 2100; port++) probe.want(at("203.0.113.1", port));
  assert.equal(tried.length, 1);
  clock.advance(SAME_HOST_MS - 1);
  assert.equal(tried.length, 1);
  clock.advance(10 * SAME_HOST_MS + 1);
  assert.equal(tried.length, 12);
});

Deno.test("so many at once, so many that wait, and no more", async () => {
  const { clock, tried, probe, finish } = scene();
  await using _probe = probe;
  for (let host = 0; host < 1000; host++) probe.want(at(`198.51.${host >> 8}.${host & 255}`));
  assert.equal(tried.length, MAX_PROBES);
  for (let index = 0; index < tried.length; index++) await finish(tried[index] ?? "", false);
  assert.equal(tried.length, MAX_PROBES + MAX_WAITING);
  clock.advance(SAME_HOST_MS);
});

Deno.test("who could not be reached is tried again after an hour", async () => {
  const { clock, tried, results, probe, finish } = scene();
  await using _probe = probe;
  probe.want(at("203.0.113.1"));
  await finish("203.0.113.1:6881", false);
  clock.advance(TRY_AGAIN_MS - 1);
  probe.want(at("203.0.113.1"));
  assert.equal(tried.length, 1);
  clock.advance(1);
  probe.want(at("203.0.113.1"));
  await finish("203.0.113.1:6881", true);
  assert.deepEqual(results.map((text) => text.split(" ")[1]), ["false", "false", "false", "true"]);
});

Deno.test("a real handshake: with a listener, without one, and ended by us", async () => {
  const signal = new AbortController().signal;
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = at("127.0.0.1", listener.addr.port);
  assert.equal(await takesConnection(open, signal), true);
  const other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const closed = at("127.0.0.1", other.addr.port);
  other.close();
  assert.equal(await takesConnection(closed, signal), false);
  assert.equal(await takesConnection(open, AbortSignal.abort()), false);
});
