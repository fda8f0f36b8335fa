/**
 * Options that may go without a value take one only after `=` (`--seed`, `--seed=1.5`), so that `--seed FILE` never
 * swallows the file. Commander would take the next word; giving the bare form an explicit empty value prevents it.
 */
const OPTIONAL_VALUE_OPTIONS: readonly string[] = ["--seed"];
/** Groups of commands whose `--seed` is that of a simulation, which always has a value. */
const SIMULATING_COMMANDS: readonly string[] = ["dht", "lab"];

export function separateBareOptions(argv: readonly string[]): string[] {
  if (SIMULATING_COMMANDS.includes(argv[0] ?? "")) return [...argv];
  const endOfOptions = argv.indexOf("--");
  return argv.map((argument, i) =>
    OPTIONAL_VALUE_OPTIONS.includes(argument) && (endOfOptions < 0 || i < endOfOptions)
      ? `${argument}=`
      : argument,
  );
}
