import assert from "node:assert/strict";
import { Folder, Program } from "../program.ts";
import { RedisServer } from "../redis_server.ts";

const missing = RedisServer.missing();
if (missing !== undefined) console.warn(`Two trackers on one Redis are not tested: ${missing}`);

/** Swarms, and clients in each. */
const SWARM_COUNT = 20;
const CLIENTS_PER_SWARM = 10;

/** An info-hash or a peer id in a query: every byte escaped. */
const escaped = (bytes: Uint8Array) => Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
const infoHashOf = (swarm: number) => escaped(new Uint8Array(20).fill(swarm + 1));

async function announce(port: number, at: { swarm: number; client: number; wanted?: number }): Promise<string> {
  const peerId = escaped(new TextEncoder().encode(`-TR4050-${String(at.client).padStart(12, "0")}`));
  const query = `info_hash=${infoHashOf(at.swarm)}&peer_id=${peerId}&port=${2000 + at.client}&uploaded=0` +
    `&downloaded=0&left=1&numwant=${at.wanted ?? 0}&compact=1`;
  return await (await fetch(`http://127.0.0.1:${port}/announce?${query}`)).text();
}

/** How many incomplete clients a tracker knows in a swarm. */
async function sizeOf(port: number, swarm: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/scrape?info_hash=${infoHashOf(swarm)}`)).text();
  return Number(/10:incompletei(\d+)e/.exec(text)?.[1]);
}

async function startTracker(folder: Folder, options: { readonly name: string; readonly store: string }) {
  const program = Program.start("tracker", [
    ...["--host", "127.0.0.1", "--port", "0", "--peer-port", "0", "--dashboard", "127.0.0.1:0", "--no-lan"],
    ...["--data-dir", await folder.folder(options.name), "--store", options.store],
  ]);
  return { program, port: await program.port() };
}

/** Asks until every swarm has so many clients; the store tells of each within a moment. */
async function untilAllKnow(port: number, count: number): Promise<void> {
  for (let swarm = 0; swarm < SWARM_COUNT;) {
    if (await sizeOf(port, swarm) === count) swarm++;
    // deno-lint-ignore house/no-sleeping-tests -- a tracker tells nobody what it has heard from another: it is asked again
    else await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

Deno.test({
  name: "two trackers on one Redis: one is killed under load, and no client loses its swarm",
  ignore: missing !== undefined,
  fn: async () => {
    await using folder = await Folder.create();
    await using redis = await RedisServer.start();
    const first = await startTracker(folder, { name: "first", store: redis.url });
    await using _first = first.program;
    const second = await startTracker(folder, { name: "second", store: redis.url });
    await using _second = second.program;
    for (let client = 0; client < CLIENTS_PER_SWARM; client++) {
      const load = Array.from({ length: SWARM_COUNT }, (_, swarm) => announce(first.port, { swarm, client }));
      await Promise.all(load);
    }
    await untilAllKnow(second.port, CLIENTS_PER_SWARM);
    // Renewals go on while it dies; whoever gets no answer turns to the other one, as BEP 12 has it.
    const renewals = Array.from({ length: SWARM_COUNT * CLIENTS_PER_SWARM }, async (_, number) => {
      const at = { swarm: number % SWARM_COUNT, client: Math.floor(number / SWARM_COUNT), wanted: 50 };
      if (number === SWARM_COUNT) first.program.kill("SIGKILL");
      try {
        return await announce(first.port, at);
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        return await announce(second.port, at);
      }
    });
    for (const answer of await Promise.all(renewals)) {
      assert.match(answer, new RegExp(`5:peers${(CLIENTS_PER_SWARM - 1) * 6}:`), "all others of the swarm");
    }
    await untilAllKnow(second.port, CLIENTS_PER_SWARM);
    const third = await startTracker(folder, { name: "third", store: redis.url });
    await using _third = third.program;
    await untilAllKnow(third.port, CLIENTS_PER_SWARM);
  },
});

Deno.test({
  name: "the store is lost: announces go on from memory, and it says so; found again it is told what happened",
  ignore: missing !== undefined,
  fn: async () => {
    await using folder = await Folder.create();
    const redis = await RedisServer.start();
    const { program, port } = await startTracker(folder, { name: "one", store: redis.url });
    await using _program = program;
    for (let swarm = 0; swarm < SWARM_COUNT; swarm++) await announce(port, { swarm, client: 1 });
    await redis[Symbol.asyncDispose]();
    await program.line(/store is lost: announces go on from memory/);
    for (let swarm = 0; swarm < SWARM_COUNT; swarm++) {
      assert.match(await announce(port, { swarm, client: 2, wanted: 50 }), /5:peers6:/);
    }
    assert.match(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text(), /store_connected 0/);
    await using again = await RedisServer.start(redis.port);
    await program.line(/store is found again/);
    const other = await startTracker(folder, { name: "other", store: again.url });
    await using _other = other.program;
    await untilAllKnow(other.port, 2);
  },
});

Deno.test("a store that nobody answers at is said in one sentence", async () => {
  await using folder = await Folder.create();
  const { program } = {
    program: Program.start("tracker", ["--data-dir", folder.path, "--store", "redis://127.0.0.1:1"]),
  };
  assert.equal(await program.exitCode(), 1);
  assert.match(program.output, /Cannot reach the store at redis:\/\/127\.0\.0\.1:1/);
});
