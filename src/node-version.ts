// Imported first by the command line: what follows needs node:sqlite as Node.js 24.10 has it.
const OLDEST = [24, 10] as const;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  process.stderr.write(
    `Toetsspoor needs Node.js ${OLDEST.join('.')} or newer and this is ${process.versions.node}: run it with npm (npm start), which brings its own.\n`,
  );
  process.exit(1);
}
