import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { printApiSchema } from '../api/schema';

// `npm run schema`: for who changes the API, so no command of the register.
writeFileSync(join(__dirname, '..', '..', '..', 'schema.graphql'), printApiSchema());
