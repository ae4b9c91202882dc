// Imported first by the command line: what follows needs node:sqlite as Node.js 24 has it.
const OLDEST_MAJOR = 24;

if (Number(process.versions.node.split('.')[0]) < OLDEST_MAJOR) {
  process.stderr.write(
    `Toetsspoor needs Node.js ${OLDEST_MAJOR} or newer and this is ${process.versions.node}: run it with npm (npm start), which brings its own.\n`,
  );
  process.exit(1);
}
