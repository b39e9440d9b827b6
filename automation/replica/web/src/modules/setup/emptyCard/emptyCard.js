import { api } from 'lwc';
import SetupElement from 'setup/element';

/** A card with an add button and a note that nothing is in it yet (IP ranges, custom attributes). */
export default class EmptyCard extends SetupElement {
    @api label;
    @api help;
    @api note;
    @api disabled = false;
}
