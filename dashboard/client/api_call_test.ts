import { strictEqual } from "node:assert/strict";
import { playlistPath, streamPath } from "./api.ts";
import { problemOf } from "./api_call.ts";

Deno.test("a problem document is read into its most helpful sentence", async () => {
  const both = Response.json({ title: "Conflict", detail: "A share of that folder exists." }, { status: 409 });
  const problem = await problemOf(both);
  strictEqual(problem.message, "A share of that folder exists.");
  strictEqual(problem.status, 409);
  strictEqual((await problemOf(Response.json({ title: "No such folder" }, { status: 404 }))).message, "No such folder");
});

Deno.test("an answer that is no problem document still gives a sentence", async () => {
  const page = new Response("<h1>oops</h1>", { status: 502 });
  strictEqual((await problemOf(page)).message, "Playswarm failed to do that (error 502). Its log says why.");
  strictEqual((await problemOf(Response.json(null, { status: 404 }))).message, "That is not here (any more).");
  strictEqual((await problemOf(Response.json({ detail: 7 }, { status: 413 }))).message, "That is too large.");
  strictEqual(
    (await problemOf(new Response(null, { status: 400 }))).message,
    "Playswarm refused that (error 400).",
  );
});

Deno.test("media addresses", () => {
  strictEqual(streamPath("ab", 3), "/stream/ab/3");
  strictEqual(playlistPath("ab", 3), "/playlist/ab/3.m3u");
});
