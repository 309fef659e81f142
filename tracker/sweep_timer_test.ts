import { ok, strictEqual } from "node:assert/strict";
import { sweepPart } from "./sweep_timer.ts";

Deno.test("a part looks at some hundred members, and at fewer where each takes long", () => {
  let lookedCount = 0;
  sweepPart({ sweep: (limit) => void (lookedCount += limit) });
  ok(lookedCount > 0 && lookedCount < 600);

  let stepCount = 0;
  sweepPart({
    sweep() {
      stepCount++;
      const begunMs = performance.now();
      while (performance.now() - begunMs < 3);
    },
  });
  strictEqual(stepCount, 1);
});
