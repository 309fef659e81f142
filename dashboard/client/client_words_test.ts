import assert from "node:assert/strict";
import { connectionWords, swarmHealth } from "./client_words.ts";

Deno.test("how a client connects is said as far as it is known", () => {
  assert.deepEqual(connectionWords({ reach: "loopback" }), ["on this computer"]);
  assert.deepEqual(
    connectionWords({ reach: "public", transport: "udp", ipVersion: 6, isReachable: true }),
    ["from the internet", "UDP, IPv6", "reachable from outside"],
  );
  assert.deepEqual(
    connectionWords({ reach: "private", transport: "http", ipVersion: 4, isReachable: false }),
    ["on the local network", "HTTP, IPv4", "not reachable from outside"],
  );
});

Deno.test("a swarm's health is said in words", () => {
  const cases = [
    [{ seederCount: 3, leecherCount: 5, copyCount: 4.2 }, "good", "Healthy: 3 have all of it"],
    [{ seederCount: 1, leecherCount: 0, copyCount: 1 }, "fair", "Only one has all of it"],
    [{ seederCount: 1, leecherCount: 2, copyCount: 1.5 }, "fair", "Only one has all of it"],
    [{ seederCount: 0, leecherCount: 2, copyCount: 1.1 }, "fair", "Shared out: 2 clients may have all of it together"],
    [{ seederCount: 0, leecherCount: 2, copyCount: 0.6 }, "wrong", "Incomplete: at least 40 % is with nobody here"],
    [
      { seederCount: 0, leecherCount: 1, copyCount: 0.9999 },
      "wrong",
      "Incomplete: at least 1 % is with nobody here",
    ],
    [{ seederCount: 0, leecherCount: 1 }, "wrong", "At risk: nobody here has all of it"],
  ] as const;
  for (const [swarm, tone, words] of cases) assert.deepEqual(swarmHealth(swarm), { tone, words });
});
