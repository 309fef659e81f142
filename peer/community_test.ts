import assert from "node:assert/strict";
import { infoHash } from "../shared/ids.ts";
import { Community } from "./community.ts";
import { CommunityError } from "./community_answer.ts";

const someHash = infoHash(new Uint8Array(20).fill(7));
const page = {
  entries: [{
    infoHash: someHash,
    alternatives: [],
    name: "Film.mp4",
    kind: "video",
    sizeBytes: 5,
    fileCount: 1,
    seederCount: 1,
    leecherCount: 0,
    addedAtMs: 1,
  }],
  totalCount: 1,
  version: 3,
};

/** A tracker of which a test decides every answer; it remembers what it was asked. */
class TestTracker implements AsyncDisposable {
  readonly asked: string[] = [];
  entityTag = '"a-1"';
  instance = "a";
  answer: (request: Request, path: string) => Response | Promise<Response> | undefined = () => undefined;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor() {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => this.#serve(request),
    );
  }

  get endpoint() {
    return { host: "127.0.0.1", port: this.#server.addr.port };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  #serve(request: Request): Response | Promise<Response> {
    const { pathname, search } = new URL(request.url);
    this.asked.push(`${request.method} ${pathname}${search}`);
    const headers = { etag: this.entityTag, "playswarm-tracker": this.instance };
    const isKnown = request.headers.get("if-none-match") === this.entityTag;
    return this.answer(request, pathname) ??
      (isKnown ? new Response(null, { status: 304, headers }) : Response.json(page, { headers }));
  }
}

/** Counts calls, and lets a test wait for the next. */
function counter() {
  let next = Promise.withResolvers<void>();
  const count = { value: 0, next: () => next.promise, call: () => {} };
  count.call = () => {
    count.value++;
    next.resolve();
    next = Promise.withResolvers();
  };
  return count;
}

function open(tracker: TestTracker, key?: string) {
  const changes = counter();
  const restarts = counter();
  const community = new Community({
    tracker: tracker.endpoint,
    onChange: changes.call,
    onRestart: restarts.call,
    ...(key === undefined ? {} : { key }),
  });
  return { community, changes, restarts };
}

Deno.test("it watches the entity tag, and tells only of changes", async () => {
  await using tracker = new TestTracker();
  const { community, changes, restarts } = open(tracker);
  await using _community = community;
  const first = changes.next();
  community.start();
  await first;
  assert.equal(community.version, '"a-1"');
  assert.equal(community.problem, undefined);

  tracker.entityTag = '"a-2"';
  const second = changes.next();
  using _look = community.lookClosely();
  await second;
  assert.equal(community.version, '"a-2"');

  // A restarted tracker has another instance, and all that it knew is gone.
  tracker.instance = "b";
  const restarted = restarts.next();
  using _again = community.lookClosely();
  await restarted;
  assert.equal(restarts.value, 1);
  assert.equal(changes.value, 2);
});

Deno.test("a tracker that goes away is a problem, in a sentence", async () => {
  const tracker = new TestTracker();
  const { community, changes } = open(tracker);
  await using _community = community;
  const first = changes.next();
  community.start();
  await first;
  await tracker[Symbol.asyncDispose]();
  const second = changes.next();
  using look = community.lookClosely();
  await second;
  assert.match(community.problem ?? "", /^Cannot reach the tracker at 127\.0\.0\.1:\d+: is it running/);
  look[Symbol.dispose]();
  await assert.rejects(community.catalogue({ q: "film" }), CommunityError);
});

Deno.test("a web server that is no tracker is a problem, though it answers", async () => {
  await using server = new TestTracker();
  server.answer = () => new Response("<html>");
  const changes = counter();
  await using community = new Community({ tracker: server.endpoint, onChange: changes.call, onRestart: () => {} });
  const changed = changes.next();
  community.start();
  await changed;
  assert.match(community.problem ?? "", /is not a Playswarm tracker$/);
});

Deno.test("every path begins with the key of a private community", async () => {
  await using tracker = new TestTracker();
  const { community } = open(tracker, "our-secret");
  await using _community = community;
  const found = await community.catalogue({ mode: "video", q: "two words", sort: "name", limit: 5 });
  assert.equal(found.entries[0]?.name, "Film.mp4");
  await community.publish(new Uint8Array(3), { infoHash: someHash, kind: "audio", durationSeconds: 61.25 });
  assert.deepEqual(tracker.asked, [
    "GET /our-secret/catalogue?mode=video&q=two+words&sort=name&limit=5",
    `PUT /our-secret/torrents/${someHash}?kind=audio&seconds=61.250`,
  ]);
  assert.match(community.announceUrls[0] ?? "", /^udp:\/\/127\.0\.0\.1:\d+\/our-secret\/announce$/);
  assert.match(community.announceUrls[1] ?? "", /^http:\/\/127\.0\.0\.1:\d+\/our-secret\/announce$/);
});

Deno.test("refusals say whether asking again is in vain", async () => {
  await using tracker = new TestTracker();
  const { community } = open(tracker);
  await using _community = community;
  const publish = () => community.publish(new Uint8Array(3), { infoHash: someHash, kind: "audio" });
  for (const [status, isFinal] of [[404, true], [413, true], [429, false], [503, false]] as const) {
    tracker.answer = () => new Response(null, { status });
    await assert.rejects(
      publish(),
      (error) => error instanceof CommunityError && error.isFinal === isFinal,
      `${status}`,
    );
  }
  tracker.answer = () => new Response(null, { status: 404 });
  await assert.rejects(community.catalogue({}), /answered 404; does this community ask for a key\?/);
  assert.equal(await community.torrent(someHash), undefined);
});

Deno.test("answers that are no catalogue, or too long, are refused", async () => {
  await using tracker = new TestTracker();
  const { community } = open(tracker);
  await using _community = community;
  for (const body of ["<html>", "{}", '{"entries":[{}],"totalCount":1,"version":1}']) {
    tracker.answer = () => new Response(body);
    await assert.rejects(community.catalogue({}), /is not a Playswarm tracker/);
  }
  tracker.answer = () => new Response(new Uint8Array(4 * 1024 * 1024 + 1));
  await assert.rejects(community.catalogue({}), /over 4194304 bytes/);
});

Deno.test("an answer that ends in the middle is a tracker that cannot be reached", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const community = new Community({ tracker: { host: "127.0.0.1", port }, onChange: () => {}, onRestart: () => {} });
  await using _community = community;
  const asking = assert.rejects(community.catalogue({}), CommunityError);
  const socket = await listener.accept();
  await socket.read(new Uint8Array(4096));
  await socket.write(new TextEncoder().encode('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"entries":'));
  socket.close();
  await asking;
});
