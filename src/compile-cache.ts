// Imported before what is large: compiling it anew would be a tenth of the time of every command.
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// Beside the code that it is of, where it may be written; where it may not, nothing is kept. The folder that
// Node takes by itself is shared by all users of the machine.
enableCompileCache(join(__dirname, '..', 'compile-cache'));
