/** The version of this build: put in by the bundler, `dev` when run from sources. */
declare const STARLING_VERSION: string | undefined;

export const VERSION: string = typeof STARLING_VERSION === "string" ? STARLING_VERSION : "dev";
