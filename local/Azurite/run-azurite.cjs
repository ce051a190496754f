// Runs Azurite so that it ends, with everything saved, when its standard input ends: it neither outlives the program that started
// it, whatever happened to that, nor goes before it when Ctrl-C reaches the whole process group at once.
const once = process.once;
process.once = (event, listener) => (event === 'SIGINT' ? process : once.call(process, event, listener));
process.on('SIGINT', () => {});
// Nobody may be left to read what it says of its end.
for (const output of [process.stdout, process.stderr]) output.on('error', () => {});
process.stdin.on('end', () => process.emit('SIGTERM') || process.exit(0)).resume();
const [, , azurite] = process.argv;
process.argv.splice(1, 2, azurite);
require(azurite);
