import assert from "node:assert/strict";
import { parseInfoHash } from "../../shared/ids.ts";
import { TrackerRefusal } from "../../shared/wire/announce.ts";
import { encodeFailure, encodeScrapeResponse } from "../../shared/wire/http_tracker_answer.ts";
import { announceByHttp, scrapeByHttp } from "./http_tracker_client.ts";
import { ManualClock } from "./manual_clock.ts";
import { bencoded, HttpTestTracker, infoHashOf, someAnnounce, someResponse } from "./test_tracker.ts";
import { TrackerFailure } from "./tracker_failure.ts";

Deno.test("announces, and keeps what the address says already", async () => {
  await using tracker = new HttpTestTracker();
  assert.deepEqual(await announceByHttp(`${tracker.url}?passkey=abc`, someAnnounce), someResponse);
  assert.deepEqual(tracker.announces, [someAnnounce]);
  assert.equal(tracker.requests[0]?.searchParams.get("passkey"), "abc");
});

Deno.test("every byte of an info-hash passes through the address", async () => {
  await using tracker = new HttpTestTracker();
  const infoHash = parseInfoHash("00ff257e2b26203d3f23c3a92f5c41807f0a0d2e");
  await announceByHttp(tracker.url, { ...someAnnounce, infoHash });
  assert.equal(tracker.announces[0]?.infoHash, infoHash);
});

Deno.test("scrapes at the address beside (BEP 48)", async () => {
  const entries = [{ infoHash: infoHashOf(5), seederCount: 1, completedCount: 2, leecherCount: 3 }];
  await using tracker = new HttpTestTracker(() => new Response(encodeScrapeResponse(entries).slice()));
  assert.deepEqual(await scrapeByHttp(tracker.url, [infoHashOf(5)]), entries);
  assert.equal(tracker.requests[0]?.pathname, "/scrape");
  await assert.rejects(
    scrapeByHttp(`http://${tracker.authority}/a`, []),
    (error) => error instanceof TrackerFailure && error.retryInSeconds === Infinity,
  );
});

Deno.test("a no is a refusal under any status", async () => {
  for (const status of [200, 400, 403]) {
    await using tracker = new HttpTestTracker(() => new Response(encodeFailure("not here", 60).slice(), { status }));
    await assert.rejects(
      announceByHttp(tracker.url, someAnnounce),
      (error) => error instanceof TrackerRefusal && error.reason === "not here" && error.retryInSeconds === 60,
    );
  }
});

for (
  const [name, answer, message] of [
    ["a web page", () => new Response("<!DOCTYPE html>"), /Cannot/],
    ["an error page", () => new Response("<!DOCTYPE html>", { status: 404 }), /404/],
    ["nothing", () => new Response(null, { status: 204 }), /Cannot/],
    ["too much", () => new Response(new Uint8Array(2_000_000)), /longer than/],
    ["a redirection in circles", (url: URL) => Response.redirect(url.href), /more than 5 times/],
    [
      "a redirection elsewhere",
      () => new Response(null, { status: 302, headers: { location: "file:///etc" } }),
      /file:/,
    ],
  ] as const
) {
  Deno.test(`${name} is a failure`, async () => {
    await using tracker = new HttpTestTracker(answer);
    await assert.rejects(announceByHttp(tracker.url, someAnnounce), (error) => {
      assert.ok(error instanceof TrackerFailure, `${error}`);
      assert.match(error.message, message);
      return true;
    });
  });
}

Deno.test("a tracker that has moved is followed", async () => {
  await using tracker = new HttpTestTracker((url) =>
    url.pathname === "/new" ? bencoded(someResponse) : Response.redirect(new URL(`/new${url.search}`, url).href)
  );
  assert.deepEqual(await announceByHttp(tracker.url, someAnnounce), someResponse);
});

Deno.test("an overloaded tracker says when to come back", async () => {
  await using tracker = new HttpTestTracker(() =>
    new Response("busy", { status: 503, headers: { "retry-after": "120" } })
  );
  await assert.rejects(
    announceByHttp(tracker.url, someAnnounce),
    (error) => error instanceof TrackerFailure && error.retryInSeconds === 120,
  );
});

Deno.test("nobody there is a failure, a wrong address one for ever", async () => {
  const url = await (async () => {
    await using tracker = new HttpTestTracker();
    return tracker.url;
  })();
  await assert.rejects(announceByHttp(url, someAnnounce), (error) => {
    assert.ok(error instanceof TrackerFailure, `${error}`);
    assert.match(error.message, /refused/i);
    return true;
  });
  await assert.rejects(announceByHttp("ftp://127.0.0.1/announce", someAnnounce), TrackerFailure);
});

Deno.test("the time limit and the signal end it", async () => {
  const asked = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const release = Promise.withResolvers<Response>();
  let count = 0;
  await using tracker = new HttpTestTracker(() => {
    asked[count++]?.resolve();
    return release.promise;
  });
  const clock = new ManualClock();
  const first = assert.rejects(announceByHttp(tracker.url, someAnnounce, { clock }), /did not answer in time/);
  await asked[0]?.promise;
  clock.advance(15_000);
  await first;
  const ending = new AbortController();
  const second = assert.rejects(
    announceByHttp(tracker.url, someAnnounce, { clock, signal: ending.signal }),
    /^Error: over$/,
  );
  await asked[1]?.promise;
  ending.abort(new Error("over"));
  await second;
  assert.equal(clock.timerCount, 0);
  release.resolve(new Response());
});
