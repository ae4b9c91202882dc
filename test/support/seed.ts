import fc from 'fast-check';

// The same cases in every run, so that a change is judged by the change; FC_SEED tries others.
fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 20130302) });
