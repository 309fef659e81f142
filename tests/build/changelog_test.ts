import assert from "node:assert/strict";
import { changesOf, nextVersion, releaseChanges, ReleaseError } from "./changelog.ts";

const changelog = "# Changelog\n\n## Unreleased\n\n- New.\n\n## 0.1.0 (2026-01-02)\n\n- First.\n";

Deno.test("what is unreleased becomes a version, and is found under it", () => {
  const released = releaseChanges(changelog, { version: "0.2.0", date: "2026-02-03" });
  assert.match(released, /^# Changelog\n\n## Unreleased\n\n## 0\.2\.0 \(2026-02-03\)\n\n- New\.\n\n## 0\.1\.0/);
  assert.equal(changesOf(released, "0.2.0"), "- New.");
  assert.equal(changesOf(released, "0.1.0"), "- First.");
  assert.throws(() => changesOf(released, "0.3.0"), ReleaseError);
  assert.throws(() => releaseChanges(released, { version: "0.3.0", date: "" }), /nothing is unreleased/);
});

Deno.test("versions count up", () => {
  assert.equal(nextVersion("1.2.3", "patch"), "1.2.4");
  assert.equal(nextVersion("1.2.3", "minor"), "1.3.0");
  assert.equal(nextVersion("1.2.3", "major"), "2.0.0");
  assert.equal(nextVersion("1.2.3", "1.9.0"), "1.9.0");
  assert.throws(() => nextVersion("1.2.3", "next"), ReleaseError);
});
