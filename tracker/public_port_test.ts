import assert from "node:assert/strict";
import { boundPort, PublicPort } from "./public_port.ts";

const open = (handler: (request: Request) => Response | Promise<Response>, host = "127.0.0.1") =>
  PublicPort.open({ host, port: 0, handler });

/** Closes what the port leaves to whoever reads it. */
async function close(port: PublicPort): Promise<void> {
  for (const socket of port.datagrams) socket.close();
  await port[Symbol.asyncDispose]();
}

Deno.test("everything is IPv4 and IPv6, UDP and TCP, under one number", async () => {
  const port = open(() => new Response("here"), "::");
  for (const host of ["127.0.0.1", "[::1]"]) {
    assert.equal(await (await fetch(`http://${host}:${port.port}/`)).text(), "here");
  }
  assert.ok(port.datagrams.every((socket) => boundPort(socket) === port.port));
  await close(port);
});

Deno.test("an answer under way ends before the port is closed; nobody new is let in", async () => {
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  const { promise: ready, resolve: finish } = Promise.withResolvers<void>();
  const port = open(async () => {
    ask();
    await ready;
    return new Response("whole");
  });
  const url = `http://127.0.0.1:${port.port}/`;
  const slow = fetch(url).then((response) => response.text());
  await asked;
  const closed = close(port);
  await assert.rejects(fetch(url), TypeError);
  finish();
  assert.equal(await slow, "whole");
  await closed;
});

Deno.test("an answer that nobody reads does not keep the port from closing", async () => {
  const port = open(() => new Response(new ReadableStream({ pull: (c) => c.enqueue(new Uint8Array(65_536)) })));
  const response = await fetch(`http://127.0.0.1:${port.port}/`);
  await close(port);
  await response.body?.cancel();
});
