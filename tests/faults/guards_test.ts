import assert from "node:assert/strict";
import { inTime, type Stage, stageTest } from "./stage.ts";

const PROGRAMS = ["tracker", "peer"] as const;

for (const name of PROGRAMS) {
  stageTest(`${name}: a request for another host is misdirected, one from another site is forbidden`, async (stage) => {
    const { host, port } = await dashboardOf(stage, name);
    const ask = (method: string, headers: Readonly<Record<string, string>>) =>
      answer({ port, method, path: "/api/shares", headers, body: '{"path":"/nowhere"}' });
    assert.equal((await ask("GET", { Host: host })).status, 200);
    for (const other of ["evil.example", `evil.example:${port}`, "127.0.0.1:1", `${host}.evil.example`]) {
      assert.equal((await ask("GET", { Host: other })).status, 421, other);
    }
    const json = { Host: host, "Content-Type": "application/json" };
    for (const Origin of ["http://evil.example", "null", `http://127.0.0.1:${port + 1}`]) {
      assert.equal((await ask("POST", { ...json, Origin })).status, 403, Origin);
    }
    assert.equal((await ask("POST", { ...json, "Sec-Fetch-Site": "cross-site" })).status, 403);
    assert.equal((await ask("POST", { Host: host, "Content-Type": "text/plain" })).status, 415);
    const { text } = await ask("GET", { Host: host });
    assert.match(text, /\r\n\r\n[^]*\[\]/, "nothing was shared");
    assert.match(text, /content-security-policy: /i);
    assert.doesNotMatch(text, /access-control-allow/i);
  });

  stageTest(`${name}: requests that are none do not harm the dashboard`, async (stage) => {
    const { host, port } = await dashboardOf(stage, name);
    const long = "x".repeat(70_000);
    for (const request of ["\0\0\0\0\r\n\r\n", "GET\r\n\r\n", `GET /${long} HTTP/1.1\r\nHost: ${host}\r\n\r\n`]) {
      await inTime(talk(port, request), "the end of a connection");
    }
    const paths = [
      "/api/torrents/..%2f..%2fetc",
      "/stream/%00/0",
      "/assets/../../etc/passwd",
      "/assets/%2e%2e/deno.json",
    ];
    for (const path of paths) {
      const { status, text } = await answer({ port, method: "GET", path, headers: { Host: host }, body: "" });
      // What is no file of ours is a page of the dashboard, or nothing.
      assert.ok(status === 404 || /^content-type: text\/html/im.test(text), `${path}: ${status}`);
      assert.doesNotMatch(text, /root:|compilerOptions/);
    }
    const json = { Host: host, "Content-Type": "application/json" };
    for (const body of ["", "{", "[]", '{"path":5}', '{"path":""}', `{"path":"${long}"}`]) {
      const { status } = await answer({ port, method: "POST", path: "/api/shares", headers: json, body });
      assert.ok(status >= 400 && status < 500, `${body.slice(0, 20)}: ${status}`);
    }
    assert.equal(
      (await answer({ port, method: "GET", path: "/healthz", headers: { Host: host }, body: "" })).status,
      200,
    );
  });
}

async function dashboardOf(stage: Stage, name: typeof PROGRAMS[number]) {
  const { url } = name === "tracker" ? (await stage.tracker()).dashboard : await stage.peer("peer");
  const { host, port } = new URL(url);
  return { host, port: Number(port) };
}

interface RawRequest {
  readonly port: number;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One request, written by hand: fetch would not send these headers. */
async function answer(request: RawRequest): Promise<{ readonly status: number; readonly text: string }> {
  const { port, method, path, headers, body } = request;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const length = method === "GET" ? "" : `Content-Length: ${new TextEncoder().encode(body).length}\r\n`;
  const head = `${method} ${path} HTTP/1.1\r\n${lines}${length}Connection: close\r\n\r\n`;
  const text = await inTime(talk(port, head + (method === "GET" ? "" : body)), `the answer to ${method} ${path}`);
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]), text };
}

/** Writes, and reads until the other side has nothing more to say. */
async function talk(port: number, request: string): Promise<string> {
  using socket = await Deno.connect({ hostname: "127.0.0.1", port });
  const parts: string[] = [];
  const decoder = new TextDecoder();
  try {
    const bytes = new TextEncoder().encode(request);
    for (let offset = 0; offset < bytes.length;) offset += await socket.write(bytes.subarray(offset));
    const into = new Uint8Array(65_536);
    for (let count = await socket.read(into); count !== null; count = await socket.read(into)) {
      parts.push(decoder.decode(into.subarray(0, count), { stream: true }));
    }
  } catch (error) {
    // Who refuses a request in its middle closes before it has read it all.
    if (!(error instanceof Deno.errors.ConnectionReset) && !(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
  return parts.join("");
}
