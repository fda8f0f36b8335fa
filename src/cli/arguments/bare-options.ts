/**
 * Options that may go without a value take one only after `=` (`--seed`, `--seed=1.5`), so that `--seed FILE` never
 * swallows the file. Commander would take the next word; giving the bare form an explicit empty value prevents it.
 */
const OPTIONAL_VALUE_OPTIONS: readonly string[] = ["--seed"];

export function separateBareOptions(argv: readonly string[]): string[] {
  const endOfOptions = argv.indexOf("--");
  return argv.map((argument, i) =>
    OPTIONAL_VALUE_OPTIONS.includes(argument) && (endOfOptions < 0 || i < endOfOptions)
      ? `${argument}=`
      : argument,
  );
}
