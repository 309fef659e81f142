import assert from "node:assert/strict";
import { Browser, byId, EXECUTABLE, untilPlayed } from "../end_to_end/browser.ts";
import { fixturePath } from "../end_to_end/community.ts";
import { NetworkNamespaces } from "../network_namespaces.ts";
import { Folder, Program } from "../program.ts";

const obstacle = await NetworkNamespaces.obstacle() ?? Browser.obstacle();
const name = "a first run: asked for the mode and what to share, the tracker found by itself, and a film played";
if (obstacle !== undefined) console.warn(`SKIPPED, ${obstacle}: ${name}`);

/** Multicast is on in these namespaces only. */
const LAN = { PLAYSWARM_NO_LAN: "0" };

Deno.test({ name, ignore: obstacle !== undefined }, async () => {
  await using scope = new AsyncDisposableStack();
  const network = scope.use(await NetworkNamespaces.create());
  const folder = scope.use(await Folder.create());
  const [here, there] = network.names;
  const library = await folder.folder("library");
  await Deno.copyFile(fixturePath("aurora.mp4"), `${library}/aurora.mp4`);
  const home = await folder.folder("home");
  await folder.folder("home/Videos");

  const peer = scope.use(
    Program.start("peer", [], { env: { ...LAN, HOME: home, XDG_DATA_HOME: "" }, namespace: there }),
  );
  const url = await peer.dashboard();
  const browser = scope.use(await Browser.launch({ executable: await inNamespace(there, folder.path) }));
  const page = await browser.open(url);
  await page.locator(byId("mode-video")).click();
  await page.getByText("No tracker was found on this network yet").waitFor();
  // It is found when it comes, and no address was given.
  const data = await folder.folder("tracker");
  const tracker = scope.use(
    Program.start("tracker", ["--library", library, "--data-dir", data], { env: LAN, namespace: here }),
  );
  await tracker.dashboard();
  await page.locator(byId("first-joined")).getByText("10.77.0.1:6969").waitFor();
  await peer.line(/^Peer +now with tracker 10\.77\.0\.1:6969$/);
  assert.ok(await page.getByText(`${home}/Videos`).isVisible());
  await page.locator(byId("first-done")).click();
  await page.getByText("aurora").first().waitFor();
  await page.locator(byId("play")).first().click();
  await untilPlayed(page, 2);
  browser.assertQuiet();

  // The second start shows the one that runs.
  const second = scope.use(
    Program.start("peer", [], { env: { ...LAN, HOME: home, XDG_DATA_HOME: "" }, namespace: there }),
  );
  assert.equal(await second.exitCode(), 0);
  assert.equal(second.output, `The peer runs already: ${url}/`);
  peer.kill("SIGTERM");
  assert.equal(await peer.exitCode(), 0, peer.output);
  assert.deepEqual([...Deno.readDirSync(`${home}/.local/share/playswarm/peer`)].map((entry) => entry.name), [
    "playswarm.db",
  ]);
});

/** A program that starts Chromium in a namespace. */
async function inNamespace(namespace: string, folder: string): Promise<string> {
  const path = `${folder}/chromium`;
  await Deno.writeTextFile(path, `#!/bin/sh\nexec ip netns exec ${namespace} ${EXECUTABLE} "$@"\n`, { mode: 0o755 });
  return path;
}
