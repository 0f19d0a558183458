import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

export default defineConfig(
  globalIgnores(["**/node_modules/", "demo/dist/"]),
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/prefer-nullish-coalescing": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "no-console": "error",
      eqeqeq: "error",
    },
  },
  // A reporter of mocha is CommonJS.
  { files: ["**/*.cjs"], languageOptions: { globals: { process: "readonly" } } },
  // A command speaks to its user on the console.
  { files: ["**/main.ts", "cli/*.ts", "demo/src/*.ts", "tests/e2e/*.ts"], rules: { "no-console": "off" } },
  // Pulumi components are created for their effect.
  { files: ["tests/**/*.ts", "demo/tests/**/*.ts"], rules: { "@typescript-eslint/no-unused-expressions": "off" } },
);
