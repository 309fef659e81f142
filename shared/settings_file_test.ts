import assert from "node:assert/strict";
import { parseSettings, SettingsSyntaxError } from "./settings_file.ts";

const read = (text: string) => Object.fromEntries(parseSettings(text, { home: "/home/ada" }));

Deno.test("a flag a line, repeated ones in order, comments and empty lines aside", () => {
  assert.deepEqual(
    read('# ours\r\n\ntracker = media.home:7000\n  share=~/Videos\nshare = "/mnt/Our Films"\nno-lan\n--dht = no'),
    {
      tracker: ["media.home:7000"],
      share: ["/home/ada/Videos", "/mnt/Our Films"],
      "no-lan": ["true"],
      dht: ["no"],
    },
  );
});

Deno.test("what stands in a value stays: equals signs, hashes, tildes", () => {
  assert.deepEqual(read("key = a=b#c~/d\ndata-dir = ~"), { key: ["a=b#c~/d"], "data-dir": ["/home/ada"] });
  assert.deepEqual(read("host ="), { host: [""] });
});

Deno.test("a line without a name is said with its number", () => {
  assert.throws(
    () => read("tracker = a\n= b"),
    (error) => error instanceof SettingsSyntaxError && error.line === 2 && /line 2 as NAME = VALUE/.test(error.message),
  );
});
