import assert from "node:assert/strict";
import { switchFlag, textFlag } from "./command_line.ts";
import { type Help, helpText } from "./help_text.ts";

const help: Help = {
  name: "peer download",
  about: "Fetch files and leave.",
  usage: [["peer download SOURCE...", "fetch"], ["peer completions SHELL", "complete"]],
  usual: [textFlag("to", { help: "Where to put the files", placeholder: "DIR" })],
  further: Array.from({ length: 12 }, (_, index) => switchFlag(`rarely-${index}`, { help: "Rarely needed" })),
  examples: ["peer download a --to ."],
};

Deno.test("the help tells of the usual flags, and names the others within 80 columns", () => {
  const lines = helpText(help, { isWhole: false }).split("\n");
  assert.equal(lines[2], "Usage: peer download SOURCE...   fetch");
  assert.equal(lines[3], "       peer completions SHELL    complete");
  assert.ok(lines.includes("  --to DIR  Where to put the files"));
  const text = lines.join(" ");
  for (const flag of help.further) assert.match(text, new RegExp(`--${flag.name}\\b`));
  assert.doesNotMatch(text, /Rarely needed/);
  assert.ok(lines.every((line) => line.length <= 80));
});

Deno.test("the whole help tells of each", () => {
  const standard = [switchFlag("help", { help: "Show this help" }), ...help.usual];
  const text = helpText(help, { isWhole: true, standard });
  assert.equal(
    text.match(/Show this help|Where to put the files/g)?.length,
    2,
    "what every command has, too, each once",
  );
  assert.doesNotMatch(helpText(help, { isWhole: false, standard }), /Show this help/);
  assert.equal(text.match(/Rarely needed/g)?.length, 12);
  assert.doesNotMatch(text, /More:/);
});
