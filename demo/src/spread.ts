/**
 * The page's script: shows the button and draws which pods answer. Inline, since the page loads nothing; plain JavaScript,
 * since it goes to the browser as it is. Bars get their width through the CSSOM, for the policy forbids style attributes.
 */
export const SPREAD_SCRIPT = `
{
  const total = 20;
  const section = document.getElementById("spread");
  const button = section.querySelector("button");
  const list = section.querySelector("dl");
  const status = section.querySelector("[role=status]");
  let running = false;

  const ask = async () => {
    try {
      const response = await fetch("/api/pod", { cache: "no-store", signal: AbortSignal.timeout(10000) });
      return response.ok ? { pod: (await response.json()).pod } : { failure: "error " + response.status };
    } catch {
      return { failure: "no answer from a pod" };
    }
  };
  const count = (counts, what) => counts.set(what, (counts.get(what) ?? 0) + 1);
  const sum = (counts) => [...counts.values()].reduce((all, one) => all + one, 0);
  const words = (number, noun) => number + " " + noun + (number === 1 ? "" : "s");
  const row = (className) => ([what, number]) => {
    const [div, dt, dd] = ["div", "dt", "dd"].map((name) => document.createElement(name));
    div.className = className;
    div.style.setProperty("--share", (100 * number) / total + "%");
    dt.textContent = what;
    dd.textContent = number;
    div.append(dt, dd);
    return div;
  };

  const run = async () => {
    const pods = new Map();
    const failures = new Map();
    status.textContent = "Asking…";
    // One after the other: the first answer may set the cookie that binds the next request to its pod.
    for (let done = 0; done < total; done += 1) {
      const { pod, failure } = await ask();
      if (failure === undefined) count(pods, pod);
      else count(failures, failure);
      list.replaceChildren(...[...pods].map(row("pod")), ...[...failures].map(row("failure")));
    }
    const failed = failures.size === 0 ? "" : "; " + words(sum(failures), "request") + " failed";
    status.textContent = words(sum(pods), "answer") + " by " + words(pods.size, "pod") + failed + ".";
  };

  button.addEventListener("click", async () => {
    if (running) return;
    running = true;
    // Not "disabled", which would take the focus away.
    button.setAttribute("aria-disabled", "true");
    await run();
    button.removeAttribute("aria-disabled");
    running = false;
  });
  section.hidden = false;
}
`;
