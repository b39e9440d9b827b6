import { start } from 'setup/boot';

// The pages come as a chunk of their own: the base components read their labels while they load, so the user's
// language has to be known before.
start(() => import('replica/pages'));
