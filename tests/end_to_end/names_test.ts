import assert from "node:assert/strict";
import { Community, type Dashboard } from "./community.ts";

/** Whatever a tracker has to be told, it is told within this. */
const TOLD_MS = 15_000;

/** Waits until the tracker shows exactly these clients by name. */
async function shows(tracker: Dashboard, names: readonly string[]): Promise<void> {
  const expected = names.toSorted();
  await tracker.until(
    async () => {
      const shown = (await tracker.clients()).map(({ name = "" }) => name).sort();
      return shown.join() === expected.join() ? shown : undefined;
    },
    { timeoutMs: TOLD_MS, what: `the clients ${expected.join(" and ")}` },
  );
}

Deno.test("a peer's name is shown by the tracker, changed at once, and told again to one that has lost it", async () => {
  await using community = await Community.start();
  const share = await community.media("films", ["tide.mp4"]);
  const [anna, berta] = await Promise.all([
    community.peer({ share, args: ["--name", "Anna's laptop"] }),
    community.peer({ share, without: "tracker", args: ["--tracker", `localhost:${community.port}`] }),
  ]);
  await shows(community.tracker, ["Anna's laptop", ""]);
  await berta.send("PATCH", "/api/settings", { name: "Berta" });
  await shows(community.tracker, ["Anna's laptop", "Berta"]);
  await anna.send("PATCH", "/api/settings", { name: "Clara" });
  assert.equal((await anna.get<{ readonly name?: string }>("/api/settings")).name, "Clara");
  await shows(community.tracker, ["Clara", "Berta"]);
  const ways = (await community.tracker.clients()).map(({ transport, ipVersion }) => [transport, ipVersion]);
  assert.deepEqual(ways, [["udp", 4], ["udp", 4]]);

  community.tracker.program.kill("SIGKILL");
  await community.tracker.program.exitCode();
  const tracker = await community.restartTracker();
  await shows(tracker, ["Clara", "Berta"]);
  await anna.send("PATCH", "/api/settings", { name: null });
  await shows(tracker, ["", "Berta"]);
});
