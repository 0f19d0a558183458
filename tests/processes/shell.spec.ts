import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

describe("shell scripts", () => {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const git = spawnSync("git", ["ls-files", "*.sh"], { cwd: root, encoding: "utf8" });
  const scripts = (git.stdout ?? "").split("\n").filter((file) => file !== "");
  const hasShellcheck = spawnSync("shellcheck", ["--version"]).status === 0;
  const reason = hasShellcheck ? (git.status === 0 ? "" : "not a git checkout") : "shellcheck is not installed";
  const title = "satisfy shellcheck";

  (reason === "" ? it : it.skip)(reason === "" ? title : `${title} (skipped: ${reason})`, () => {
    assert.ok(scripts.length >= 4, `only ${scripts.join(", ")}`);
    const { stdout, status } = spawnSync("shellcheck", ["-x", ...scripts], { cwd: root, encoding: "utf8" });
    assert.equal(stdout, "");
    assert.equal(status, 0);
  });
});
