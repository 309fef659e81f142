import assert from "node:assert/strict";
import { RequestError } from "./api/request_error.ts";
import { reveal } from "./reveal.ts";

Deno.test("each system's file manager is opened at the file", async () => {
  const ran: unknown[] = [];
  const run = (command: string, args: readonly string[]) => Promise.resolve(ran.push([command, ...args]) > 0);
  for (const system of ["linux", "darwin", "windows"] as const) await reveal("/films/a b.mp4", { system, run });
  assert.deepEqual(ran, [
    ["xdg-open", "/films"],
    ["open", "-R", "/films/a b.mp4"],
    ["explorer", "/select,/films/a b.mp4"],
  ]);
});

Deno.test("where there is none the folder is told", async () => {
  const run = () => Promise.resolve(false);
  await assert.rejects(
    reveal("/films/a.mp4", { system: "linux", run }),
    (error) => error instanceof RequestError && error.status === 501 && /in \/films$/.test(error.message),
  );
});
