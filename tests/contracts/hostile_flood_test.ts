import assert from "node:assert/strict";
import { flood, honestAnnounces } from "../hostile_flood.ts";
import { Folder, Program } from "../program.ts";

Deno.test({
  name: "a flood of hostile datagrams and requests: the tracker goes on answering who is honest",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using folder = await Folder.create();
    await using program = Program.start("tracker", [
      ...["--host", "127.0.0.1", "--port", "0", "--peer-port", "0", "--dashboard", "127.0.0.1:0", "--no-lan"],
      ...["--data-dir", folder.path],
    ]);
    const port = await program.port();
    const stop = new AbortController();
    const honest = honestAnnounces(port, stop.signal);
    const sent = await flood({ port, seconds: 1, datagramsPerSecond: 20_000, requestsPerSecond: 200 });
    stop.abort();
    const { askedCount, answeredCount } = await honest;
    assert.ok(sent.datagramCount > 1000 && sent.requestCount > 10, JSON.stringify(sent));
    assert.ok(answeredCount >= askedCount * 0.9, `${answeredCount} of ${askedCount}`);
    assert.equal(await (await fetch(`http://127.0.0.1:${port}/healthz`)).text(), "ok\n");
  },
});
