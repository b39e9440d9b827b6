import { api } from 'lwc';
import SetupElement from 'setup/element';

/** Any other Setup page: a header that names it. */
export default class OtherPage extends SetupElement {
    @api name;
}
