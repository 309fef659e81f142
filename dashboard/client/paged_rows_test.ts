import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ApiProblem, type CatalogueRequest } from "./api.ts";
import { PagedRows, type RowsPage } from "./paged_rows.ts";

/** Two rows a page of the letters that contain the query; answers when told. */
function createRows(options: { rows: readonly string[] }) {
  const requests: CatalogueRequest[] = [];
  const answers: (() => void)[] = [];
  let rows = options.rows;
  let problem: ApiProblem | undefined;
  const paged = new PagedRows<string>(async (request) => {
    requests.push(request);
    await new Promise<void>((resolve) => answers.push(resolve));
    request.signal.throwIfAborted();
    if (problem !== undefined) throw problem;
    const found = rows.filter((row) => row.includes(request.query));
    const start = Number(request.cursor ?? 0);
    const end = start + 2;
    const page: RowsPage<string> = { rows: found.slice(start, end), totalCount: found.length };
    return end < found.length ? { ...page, nextCursor: String(end) } : page;
  });
  return {
    paged,
    requests,
    answer: () => answers.shift()?.(),
    become: (next: readonly string[], nextProblem?: ApiProblem) => (rows = next, problem = nextProblem),
  };
}

Deno.test("pages follow each other until the last", async () => {
  const { paged, answer } = createRows({ rows: ["a", "b", "c"] });
  const asked = paged.ask({ query: "", sort: "name" });
  strictEqual(paged.state.value.phase, "loading");
  answer();
  await asked;
  deepStrictEqual(paged.state.value, {
    phase: "ready",
    rows: ["a", "b"],
    totalCount: 3,
    hasMore: true,
    message: undefined,
  });
  const more = paged.more();
  answer();
  await more;
  deepStrictEqual(paged.state.value.rows, ["a", "b", "c"]);
  strictEqual(paged.state.value.hasMore, false);
  await paged.more();
});

Deno.test("a newer question overtakes an older one", async () => {
  const { paged, answer, requests } = createRows({ rows: ["ab", "b"] });
  const older = paged.ask({ query: "b", sort: "new" });
  const newer = paged.ask({ query: "a", sort: "new" });
  strictEqual(requests[0]?.signal.aborted, true);
  answer();
  answer();
  await Promise.all([older, newer]);
  deepStrictEqual(paged.state.value.rows, ["ab"]);
});

Deno.test("a refresh during a call asks once more after it", async () => {
  const { paged, answer, become, requests } = createRows({ rows: ["a"] });
  const asked = paged.ask({ query: "", sort: "new" });
  await paged.refresh();
  await paged.refresh();
  strictEqual(requests.length, 1);
  answer();
  // The second call is begun when the first was answered; its answer is given as soon as it waits for it.
  while (requests.length < 2) await Promise.resolve();
  become(["a", "b"]);
  answer();
  await asked;
  deepStrictEqual(paged.state.value.rows, ["a", "b"]);
  strictEqual(requests.length, 2);
});

Deno.test("a failure is shown, and rows that are shown stay", async () => {
  const { paged, answer, become } = createRows({ rows: ["a"] });
  become([], new ApiProblem("Nobody answers.", { status: 0 }));
  const failed = paged.ask({ query: "", sort: "new" });
  answer();
  await failed;
  deepStrictEqual([paged.state.value.phase, paged.state.value.message], ["failed", "Nobody answers."]);
  become(["a"]);
  const recovered = paged.refresh();
  answer();
  await recovered;
  become([], new ApiProblem("Gone again.", { status: 0 }));
  const again = paged.refresh();
  answer();
  await again;
  deepStrictEqual(paged.state.value.rows, ["a"]);
  strictEqual(paged.state.value.phase, "ready");
  strictEqual(paged.state.value.message, "Gone again.");
});
