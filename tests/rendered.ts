import { render as renderWithStacks } from "../render/program.ts";
import { withoutStacks } from "./mocks.ts";

/** `render`, which many tests call, in half of the time. */
export const render: typeof renderWithStacks = (...args) => withoutStacks(() => renderWithStacks(...args));
