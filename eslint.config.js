import eslint from '@eslint/js'
import tseslint from 'typescript-eslint'

export default tseslint.config(
  // The module in plain JavaScript is loaded into a program that has no loader for anything else.
  { ignores: ['dist', 'node_modules', 'coverage', '**/*.gen.ts', 'test/support/accident.mjs'] },
  eslint.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  { languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } } },
  {
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_$' }],
      '@typescript-eslint/require-await': 'off',
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  { files: ['*.js', '*.config.ts'], extends: [tseslint.configs.disableTypeChecked] },
  { files: ['scripts/**', 'bench/**', 'src/cli/**', 'test/**'], rules: { 'no-console': 'off' } },
  // Its expressions are about control characters.
  { files: ['src/cli/visible.ts'], rules: { 'no-control-regex': 'off' } },
)
