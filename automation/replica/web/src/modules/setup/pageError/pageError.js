import { api } from 'lwc';
import SetupElement from 'setup/element';

/** The error box above a form. guess: nobody recorded its look or text on this page; SLDS's page-level notification. */
export default class PageError extends SetupElement {
    @api heading;
    @api message;
}
