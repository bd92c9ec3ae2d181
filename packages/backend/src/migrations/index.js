import * as marketplaces from './0001_marketplaces.js';
import * as money from './0002_money.js';
/** Every migration by name, in order. A migration that has been released is never changed. */
export const migrations = {
    '0001_marketplaces': marketplaces,
    '0002_money': money,
};
