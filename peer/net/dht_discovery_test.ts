import assert from "node:assert/strict";
import { type Endpoint, formatEndpoint } from "../../shared/endpoint.ts";
import { parseInfoHash } from "../../shared/ids.ts";
import { DhtDiscovery } from "./dht_discovery.ts";

const infoHash = parseInfoHash("ab".repeat(20));

Deno.test("dht discovery: who announces a torrent is found by who comes later", async () => {
  const host = "127.0.0.1";
  const faults: Error[] = [];
  const announced = Promise.withResolvers<void>();
  const start = (port: number, bootstrap: readonly string[], onPeer: (endpoint: Endpoint) => void = () => {}) =>
    new DhtDiscovery({
      onAnnounced: () => announced.resolve(),
      port,
      host,
      bootstrap,
      onPeer: (hash, { endpoint, from }) => {
        assert.equal(hash, infoHash);
        assert.equal(from, host);
        onPeer(endpoint);
      },
      onFault: (error) => void faults.push(error),
    });
  await using first = start(freePort(), []);
  const known = [`${host}:${await first.whenRunning()}`];
  await using holder = start(freePort(), known);
  holder.add(infoHash);
  await announced.promise;
  const found = Promise.withResolvers<Endpoint>();
  await using seeker = start(freePort(), known, (endpoint) => {
    if (endpoint.port !== seekerPort) found.resolve(endpoint);
  });
  const seekerPort = await seeker.whenRunning();
  seeker.add(infoHash);
  assert.equal(formatEndpoint(await found.promise), `${host}:${await holder.whenRunning()}`);
  assert.deepEqual(faults, []);
});

Deno.test("dht discovery: a port that is taken is said once, and no more", async () => {
  const taken = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  assert.ok(taken.addr.transport === "udp");
  const faults: Error[] = [];
  const { port } = taken.addr;
  await using discovery = new DhtDiscovery({
    port,
    host: "127.0.0.1",
    bootstrap: [],
    onPeer: () => assert.fail("nobody is there"),
    onFault: (error) => void faults.push(error),
  });
  discovery.add(infoHash);
  assert.equal(await discovery.whenRunning(), undefined);
  assert.equal(faults.length, 1);
  taken.close();
});

/** A UDP port that was free a moment ago. */
function freePort(): number {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  assert.ok(socket.addr.transport === "udp");
  const { port } = socket.addr;
  socket.close();
  return port;
}
