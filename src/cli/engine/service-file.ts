/** Text for the service managers that start the engine with the user's session: systemd and launchd. */

/** What the service runs: absolute paths and arguments, no shell. */
export type ServiceCommand = readonly string[];

/** What was typed, without `option`, which asked for the service, and its value in a word of its own where it `hasValue`. */
export function serviceCommand(option: string, hasValue = false): ServiceCommand {
  const typed = process.argv.slice(2).filter((argument, i, all) => {
    const isOption = argument === option || (hasValue && all[i - 1] === option);
    return !isOption && !argument.startsWith(`${option}=`);
  });
  return [process.execPath, process.argv[1] ?? "starling", ...typed];
}

/** A unit for `~/.config/systemd/user` (systemd.service(5)). */
export function systemdUnit(command: ServiceCommand, description: string): string {
  return `[Unit]
Description=${description}
Documentation=man:starling(1)

[Service]
Type=exec
ExecStart=${command.map(systemdArgument).join(" ")}
Restart=on-failure
RestartSec=10
# Wrong arguments, and another Starling that runs, do not get better by trying again.
RestartPreventExitStatus=2 9
TimeoutStopSec=10
NoNewPrivileges=yes

[Install]
WantedBy=default.target
`;
}

/** A property list for `~/Library/LaunchAgents` (launchd.plist(5)). */
export function launchdPlist(command: ServiceCommand, profile: string): string {
  const argument = (text: string): string => `    <string>${xmlText(text)}</string>`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>starling.engine.${xmlText(profile)}</string>
  <key>ProgramArguments</key>
  <array>
${command.map(argument).join("\n")}
  </array>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ThrottleInterval</key>
  <integer>10</integer>
</dict>
</plist>
`;
}

/** systemd.service(5), "Command lines": quotes and backslashes are escaped, `$` and `%` doubled. */
function systemdArgument(text: string): string {
  const escaped = text.replace(/["\\]/g, "\\$&").replaceAll("$", "$$$$").replaceAll("%", "%%");
  return `"${escaped}"`;
}

function xmlText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
