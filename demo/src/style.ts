/** The page's style sheet; inline, since the page loads nothing. Colours meet WCAG AA in both schemes. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#f2f4f7, #12151a);
  --card: light-dark(#ffffff, #1c2027);
  --text: light-dark(#1b1f24, #e8eaed);
  --muted: light-dark(#59626e, #a2abb8);
  --line: light-dark(#dde1e7, #323843);
  --accent: light-dark(#1f5fbf, #8ab4f8);
  --on-accent: light-dark(#ffffff, #10203a);
  --bad: light-dark(#b3261e, #f2a49e);
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; padding: 1.5rem;
  display: grid; place-items: center;
  background: var(--ground); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
}
main {
  width: 100%; max-width: 30rem; padding: 2rem;
  background: var(--card); border: 1px solid var(--line); border-radius: 0.75rem;
  box-shadow: 0 1px 2px rgb(0 0 0 / 6%), 0 8px 24px rgb(0 0 0 / 6%);
}
h1 { margin: 0 0 0.25rem; font-size: 1.5rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 1.5rem 0 0.5rem; font-size: 1rem; }
p { margin: 0 0 1.25rem; color: var(--muted); }
dl { margin: 0; }
dl > div {
  display: flex; justify-content: space-between; gap: 1rem;
  padding: 0.5rem 0; border-top: 1px solid var(--line);
}
dt { color: var(--muted); }
dd { margin: 0; text-align: right; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
dl.pods { font-size: 0.9rem; }
dl.pods dt { color: inherit; overflow-wrap: anywhere; }
#spread dl { margin-top: 1rem; }
#spread dl > div { display: grid; grid-template-columns: 1fr auto; gap: 0.25rem 1rem; }
/* A border, for backgrounds are left out where the system sets the colours, and in print. */
#spread dl > div::after {
  content: ""; grid-column: 1 / -1; width: var(--share);
  border-top: 0.5rem solid var(--accent); border-radius: 0.25rem;
}
#spread .failure { color: var(--bad); }
#spread dl > .failure::after { border-color: var(--bad); }
#spread [role="status"] { margin: 0.5rem 0 0; min-height: 1.5em; font-size: 0.9rem; }
.here { color: var(--muted); }
.here::before { content: "· "; }
form { margin-top: 1.25rem; }
label { display: block; margin-bottom: 0.375rem; font-weight: 600; }
input {
  width: 100%; padding: 0.625rem 0.75rem; font: inherit;
  color: inherit; background: var(--ground); border: 1px solid var(--muted); border-radius: 0.5rem;
}
input[aria-invalid="true"] { border-color: var(--bad); }
.error { margin: 0.375rem 0 0; color: var(--bad); }
button, .button {
  display: inline-block; margin-top: 1rem; padding: 0.625rem 1.25rem; font: inherit; font-weight: 600; cursor: pointer;
  color: var(--on-accent); background: var(--accent); border: 1px solid transparent; border-radius: 0.5rem;
  text-decoration: none;
}
button[aria-disabled="true"] { opacity: 0.6; cursor: progress; }
button.quiet { margin-top: 0; color: var(--accent); background: none; border-color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
footer { margin-top: 1.5rem; font-size: 0.85rem; color: var(--muted); overflow-wrap: anywhere; }
`;
