// Holds every socket that this process opens without naming an address to one given address, outgoing ones too:
// a peer that insists on listening everywhere is then one peer at one address, and cannot reach another network. Local
// discovery (BEP 14) is heard on every address or not at all; it is only switched on where no network leads out.
import dgram from "node:dgram";
import net from "node:net";

const LOCAL_DISCOVERY_PORT = 6771;

export function holdSocketsTo(host) {
  const listen = net.Server.prototype.listen;
  net.Server.prototype.listen = function (...args) {
    if (typeof args[0] === "number" && typeof args[1] !== "string") args.splice(1, 0, host);
    return listen.apply(this, args);
  };
  const bind = dgram.Socket.prototype.bind;
  dgram.Socket.prototype.bind = function (...args) {
    const isHeld = args[0] !== LOCAL_DISCOVERY_PORT && typeof args[1] !== "string";
    if (typeof args[0] === "number" && isHeld) args.splice(1, 0, host);
    return bind.apply(this, args);
  };
  const connect = net.Socket.prototype.connect;
  net.Socket.prototype.connect = function (...args) {
    // net.connect() passes its normalised arguments as one array whose first element are the options
    const options = Array.isArray(args[0]) ? args[0][0] : args[0];
    if (typeof options === "object" && options?.host !== undefined) options.localAddress ??= host;
    return connect.apply(this, args);
  };
}
