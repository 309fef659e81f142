import assert from "node:assert/strict";
import { ProgramFailure } from "../shared/program.ts";
import { serveDashboard } from "./dashboard_server.ts";

const app = { fetch: (request: Request) => new Response(new URL(request.url).pathname) };

Deno.test("an app is served on any free port, and no more when its scope ends", async () => {
  const server = serveDashboard(app, { host: "127.0.0.1", port: 0 });
  assert.equal(server.url, `http://127.0.0.1:${server.port}/`);
  assert.equal(await (await fetch(`${server.url}page`)).text(), "/page");
  await server[Symbol.asyncDispose]();
  await assert.rejects(fetch(server.url), TypeError);
});

Deno.test("who listens everywhere is opened on this machine", async () => {
  await using server = serveDashboard(app, { host: "0.0.0.0", port: 0 });
  assert.equal(server.url, `http://127.0.0.1:${server.port}/`);
});

Deno.test("a stream that never ends does not keep it open", async () => {
  const endless = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(new Uint8Array(1)) });
  const server = serveDashboard({ fetch: () => new Response(endless) }, { host: "127.0.0.1", port: 0 });
  const response = await fetch(server.url);
  const reader = response.body?.getReader();
  await reader?.read();
  await server[Symbol.asyncDispose]();
  await assert.rejects(reader?.read() ?? Promise.resolve());
});

Deno.test("a port that is taken is said with the flag that changes it", async () => {
  await using server = serveDashboard(app, { host: "127.0.0.1", port: 0 });
  assert.throws(
    () => serveDashboard(app, { host: "127.0.0.1", port: server.port }),
    (error) =>
      error instanceof ProgramFailure &&
      /in use by another program: choose another with --dashboard/.test(error.message),
  );
});
