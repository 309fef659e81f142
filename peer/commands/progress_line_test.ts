import assert from "node:assert/strict";
import { ProgressLine } from "./progress_line.ts";

function terminal(isTerminal: boolean) {
  const written: string[] = [];
  return {
    written,
    isTerminal: () => isTerminal,
    writeSync: (bytes: Uint8Array) => {
      written.push(new TextDecoder().decode(bytes));
      return bytes.length;
    },
  };
}

Deno.test("a line is drawn over the one before, and leaves no trace", () => {
  const screen = terminal(true);
  {
    using line = new ProgressLine(screen);
    line.draw({ share: 0, text: "begun" });
    line.draw({ share: 0.5, text: "half" });
    line.draw({ share: 1, text: "done" });
  }
  assert.deepEqual(screen.written, [
    `\r\x1b[K${"░".repeat(20)}   0 %  begun`,
    `\r\x1b[K${"█".repeat(10)}${"░".repeat(10)}  50 %  half`,
    `\r\x1b[K${"█".repeat(20)} 100 %  done`,
    "\r\x1b[K",
  ]);
});

Deno.test("where there is no terminal nothing is drawn", () => {
  const pipe = terminal(false);
  using line = new ProgressLine(pipe);
  line.draw({ share: 0.5, text: "half" });
  assert.deepEqual(pipe.written, []);
});
